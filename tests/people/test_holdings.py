"""Whoever stores something of a person says so, and how it is told, erased and ended."""

from collections.abc import Iterator
from inspect import signature
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from tests.people.covered import NOBODYS, suspects, uncovered
from troth import vault
from troth.people.holdings import Holdings, discover, export_all
from troth.people.values import NoPolicyError
from troth.store import transact


def ours() -> list[type[models.Model]]:
    """Return every model of the product."""
    return [one for one in apps.get_models() if one.__module__.startswith("troth.")]


def test_every_model_with_something_of_a_person_is_answered_for_by_one_package() -> None:
    assert list(uncovered(ours(), discover())) == []


def test_each_reason_that_a_model_holds_none_is_needed() -> None:
    looks_like_it = suspects(ours())
    assert {label for label in NOBODYS if label not in looks_like_it} == set()


def made(name: str, **fields: Any) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": "parcels"})
    columns = {"__module__": __name__, "Meta": meta, **fields}
    return type(name, (models.Model,), columns)


@pytest.fixture
def new_models() -> Iterator[dict[str, type[models.Model]]]:
    """Make models of a package that nobody has told of."""
    with isolate_apps("troth.people"):
        errand = made("Errand", person=models.CharField(max_length=32))
        yield {
            "Parcel": made("Parcel", box=models.BinaryField()),
            "Errand": errand,
            "Stop": made("Stop", errand=models.ForeignKey(errand, on_delete=models.PROTECT)),
            "Weather": made("Weather", day=models.DateField()),
        }


def covering(*labels: str) -> Any:
    return SimpleNamespace(COVERS=frozenset(labels))


@pytest.mark.parametrize(
    ("name", "column"), [("Parcel", "box"), ("Errand", "person"), ("Stop", "errand")]
)
def test_a_new_package_that_does_not_say_so_is_found(
    new_models: dict[str, type[models.Model]], name: str, column: str
) -> None:
    label = f"parcels.{name}"
    others = [f"parcels.{one}" for one in ("Parcel", "Errand", "Stop") if one != name]
    found = new_models.values()
    wrong = uncovered(found, [("parcels", covering(*others))], {})
    assert list(wrong) == [f"{label}.{column}: no holdings cover it"]
    assert list(uncovered(found, [("parcels", covering(*others, label))], {})) == []


def test_a_model_is_told_once_and_has_to_be_there(
    new_models: dict[str, type[models.Model]],
) -> None:
    told = [
        ("parcels", covering("parcels.Parcel", "parcels.Errand", "parcels.Stop")),
        ("post", covering("parcels.Parcel", "parcels.Gone")),
    ]
    assert list(uncovered(new_models.values(), told, {"parcels.Stop": "a made-up reason"})) == [
        "parcels.Gone: there is no such model",
        "parcels.Parcel: told by parcels and post",
        "parcels.Stop: told by nobody's and parcels",
    ]


@pytest.mark.parametrize(("package", "module"), discover(), ids=[name for name, _ in discover()])
def test_each_package_offers_all_of_it(package: str, module: Holdings) -> None:
    for name in ("erase", "export", "expire", "stored"):
        asked = [one for one in signature(getattr(Holdings, name)).parameters if one != "self"]
        assert list(signature(getattr(module, name)).parameters) == asked, f"{package}.{name}"
    assert module.COVERS
    assert isinstance(module.LASTING, frozenset)


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
def test_without_a_policy_nothing_is_told() -> None:
    person = vault.new_person()
    vault.prepare([person])
    with pytest.raises(NoPolicyError):
        transact(export_all, person, "rights")
