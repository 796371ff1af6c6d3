"""Two tabs choose at once: one after the other, and the last is what stands."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connections

from tests.consent.cast import AT, STATISTICS, choose, seen
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth import vault
from troth.consent import actions
from troth.consent.models import Choice, Standing
from troth.store import SYSTEM, Store, transact_on

pytestmark = pytest.mark.beside
ROUNDS = 10


def test_what_two_tabs_say_at_once_is_said_in_turn(keys: Path, committed: None) -> None:  # noqa: ARG001 - what it needs
    version = hash_of(propose_at(FIRST, default_policy()))
    subject = vault.new_person()
    vault.prepare([subject])

    def give(number: int) -> None:
        at = AT + timedelta(seconds=number)
        choose(subject, {STATISTICS: True}, seen(version, STATISTICS), at)
        connections.close_all()

    def take(number: int) -> None:
        at = AT + timedelta(seconds=number)
        transact_on(Store(), SYSTEM, at, actions.withdraw, subject, [STATISTICS], seen(version))
        connections.close_all()

    for number in range(ROUNDS):
        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(give, number), pool.submit(take, number)):
                done.result()
    rows = list(Choice.objects.order_by("sequence"))
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert all(before.given != after.given for before, after in pairwise(rows))
    assert Standing.objects.get().choice == rows[-1]
    assert Standing.objects.get().given is rows[-1].given
