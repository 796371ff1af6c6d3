"""Two processes write at once, many calls in one commit: who is in the way is tried again."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import connections

from tests.api.cast import COUNT, begin, outside, texts
from troth import vault
from troth.consent import calls
from troth.consent.calls import ConsentAnswer, Saying
from troth.consent.models import Standing
from troth.consent.saying import Seen
from troth.sites.facts import Caller
from troth.sites.who import Who
from troth.store import SYSTEM, Committer, Store, Tx

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("keys", "committed")]
CALLS = 60


def said(version: str, given: bool) -> Saying:  # noqa: FBT001 - what is said
    return Saying({COUNT: given}, Seen(version, "en", "banner", texts(COUNT)))


def written(call: Callable[[int], tuple[Any, ...]]) -> list[ConsentAnswer]:
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
        return [future.result(60) for future in futures]
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
    assert len(answers) == 2 * CALLS
    assert Standing.objects.filter(about=COUNT, given=True).count() == CALLS
