"""Rows about somebody are found by an index: no table is read through for one person."""

import pytest
from django.apps import apps
from django.db import connection, models

from troth.collection.opening import NEWEST
from troth.people import holdings

pytestmark = [pytest.mark.django_db, pytest.mark.either]
FEW = {"Invitation"}
"""Tables that never hold more than some dozens of rows."""
WHOSE = ("person", "subject", "visitor")


def named() -> list[tuple[type[models.Model], str]]:
    """Return each model that somebody's holdings answer for, with the column that says whose."""
    covered = [apps.get_model(label) for _, one in holdings.discover() for label in one.COVERS]
    return [
        (model, field.name)
        for model in covered
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's own name for it
        if field.name in WHOSE and isinstance(field, models.CharField)
    ]


def test_there_are_such_models() -> None:
    assert len(named()) >= 8


def test_rows_of_somebody_are_found_by_an_index() -> None:
    through = []
    for model, column in named():
        query = model._default_manager.filter(**{column: "0" * 32}).query  # noqa: SLF001 - the same
        sql, values = query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        if "SCAN" in plan and model.__name__ not in FEW:
            through.append(f"{model.__name__}.{column}: {plan}")
    assert through == []


def test_a_value_of_somebody_is_found_by_one_index_and_no_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {NEWEST.format(fields='%s, %s')}", ["0" * 32, *"abc"])
        plan = [str(row[-1]) for row in cursor.fetchall() if "detail_" in str(row[-1])]
    (one,) = plan
    assert one.endswith("USING INDEX detail_of_person (person=? AND category=? AND field=?)"), one
