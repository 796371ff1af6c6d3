"""Two processes write at once, many calls in one commit: who is in the way is tried again."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.api.cast import COUNT, begin, outside, texts
from troth import vault
from troth.consent import calls
from troth.consent.calls import ConsentAnswer, Saying
from troth.consent.models import Standing
from troth.consent.saying import Seen
from troth.people.subjects import make_subjects
from troth.sites.assertions import LASTS_MAX, SPENT, Asserted
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Caller
from troth.sites.models import SpentAssertion
from troth.sites.who import Who
from troth.store import SYSTEM, Committer, Store, Tx, transact

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("keys", "committed")]
CALLS = 60


def said(version: str, given: bool) -> Saying:  # noqa: FBT001 - what is said
    return Saying({COUNT: given}, Seen(version, "en", "banner", texts(COUNT)))


def written(call: Callable[[int], tuple[Any, ...]]) -> list[ConsentAnswer | BaseException]:
    """Have two committers write the same calls in opposite orders, each as one group."""
    held = Event()

    def stall(_tx: Tx) -> None:
        assert held.wait(30)

    writers = [Committer(Store(), vault.prepare) for _ in range(2)]
    for writer in writers:
        writer.start()
        writer.submit(stall)
    try:
        futures = []
        for number in range(CALLS):
            futures.append(writers[0].submit_as(SYSTEM, (), *call(number)))
            futures.append(writers[1].submit_as(SYSTEM, (), *call(CALLS - 1 - number)))
        held.set()
        return [future.exception(60) or future.result() for future in futures]
    finally:
        for writer in writers:
            writer.stop()
        connections.close_all()


def test_what_stood_in_each_others_way_is_all_written() -> None:
    version = begin()
    key = outside().made.key.id
    caller = Caller(key, "main", "secret", test=False)

    def call(number: int) -> tuple[Any, ...]:
        who = Who(caller, external=f"user-{number}", new=True)
        return calls.said, who, said(version, given=True), None

    answers = written(call)
    assert [one for one in answers if isinstance(one, BaseException)] == []
    assert len(answers) == 2 * CALLS
    assert Standing.objects.filter(about=COUNT, given=True).count() == CALLS


def test_an_assertion_sent_to_both_counts_once_and_holds_up_neither() -> None:
    version = begin()
    key = outside().made.key.id
    caller = Caller(key, "main", "publishable", test=False)
    until = datetime.now(UTC) + LASTS_MAX

    def call(number: int) -> tuple[Any, ...]:
        asserted = Asserted(f"user-{number % 4}", "oidc", f"{number:064}", until)
        return calls.said, Who(caller, asserted=asserted), said(version, given=True), None

    transact(make_subjects, [f"user-{number}" for number in range(4)])
    with CaptureQueriesContext(connection) as asked:
        transact(lambda tx: calls.spent_and_in_turn(tx, [call(number)[1:] for number in range(4)]))
    sent = [one["sql"] for one in asked.captured_queries]
    used_up = next(n for n, sql in enumerate(sent) if f"INTO {SPENT.table}" in sql)
    turns = next(n for n, sql in enumerate(sent) if "pg_advisory_xact_lock(n)" in sql)
    assert used_up < turns
    SpentAssertion.objects.all().delete()
    answers = written(call)
    refused = [one for one in answers if isinstance(one, KeyRefusedError)]
    assert {one.code for one in refused} == {"assertion-replayed"}
    assert len(refused) == len(answers) - len(refused) == CALLS
    assert SpentAssertion.objects.count() == CALLS
