"""Choices of many in one commit: their turns are taken, and what stands is read, together."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.consent.cast import AT, STATISTICS, choose, seen, somebody
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth.consent import actions, rows
from troth.consent.actions import Chosen, Seen
from troth.consent.models import Choice, Standing
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
MANY = 20


@pytest.fixture
def version(keys: Path, db: None) -> str:  # noqa: ARG001 - what it needs
    return hash_of(propose_at(FIRST, default_policy()))


def together(
    tx: Tx, calls: Sequence[tuple[PersonId, dict[str, bool]]], shown: Seen
) -> list[Chosen]:
    rows.take_turns(tx, [subject for subject, _ in calls])
    return [actions.choose(tx, subject, said, shown) for subject, said in calls]


def test_many_choices_are_read_together_and_written_as_one_by_one(version: str) -> None:
    shown = seen(version, STATISTICS)
    subjects = [somebody() for _ in range(MANY)]
    choose(subjects[0], {STATISTICS: True}, shown)
    calls = [(subject, {STATISTICS: number > 0}) for number, subject in enumerate(subjects)]
    with CaptureQueriesContext(connection) as told:
        answers = transact_on(Store(), SYSTEM, AT, together, calls, shown)
    asked = [one["sql"] for one in told.captured_queries]
    assert len([one for one in asked if "FROM consent_standing" in one]) == 1
    turns = [one for one in asked if "pg_advisory_xact_lock(n)" in one]
    assert len(turns) == (connection.vendor == "postgresql")
    assert [answer.sequence for answer in answers] == [2] + [1] * (MANY - 1)
    given = dict(Standing.objects.values_list("subject", "given"))
    assert given == {subject: number > 0 for number, subject in enumerate(subjects)}


def test_two_choices_of_one_person_in_one_commit_are_numbered_in_turn(version: str) -> None:
    one, shown = somebody(), seen(version, STATISTICS)
    calls = [(one, {STATISTICS: given}) for given in (True, True, False)]
    answers = transact_on(Store(), SYSTEM, AT, together, calls, shown)
    assert [(answer.sequence, bool(answer.changed)) for answer in answers] == [
        (1, True),
        (1, False),
        (2, True),
    ]
    assert list(Choice.objects.order_by("sequence").values_list("given", flat=True)) == [
        True,
        False,
    ]
    assert Standing.objects.get().given is False


def test_who_says_more_in_one_commit_says_it_no_earlier_than_what_she_said_before() -> None:
    one = somebody()

    def twice(tx: Tx) -> tuple[datetime, datetime]:
        second = Tx(tx.alias, tx.now, tx.actor, tx.pending, tx.memo, given=False)
        rows.take_turn(tx, one)
        rows.take_turn(second, one)
        return tx.now, second.now

    earlier, later = transact_on(Store(), SYSTEM, None, twice)
    assert earlier <= later
