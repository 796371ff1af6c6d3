"""A consent that is being written while its person is erased is erased with her."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import pytest
from django.db import connections

from tests.consent.cast import AT, COUNT, SECOND, STATISTICS, choose, seen, somebody
from tests.consent.test_joining import JOINS
from tests.versions.cast import FIRST, hash_of, propose_at
from troth import vault
from troth.consent import accepting, actions, bringing, joining
from troth.consent.actions import Seen
from troth.consent.models import Acceptance, Choice, Joined, Standing
from troth.people import erasure
from troth.people.models import Person
from troth.people.subjects import make_subject
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import ErasedError, PersonId

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("keys", "committed")]
HERE: Final = Seen("", "en", "sign-in", {})
Verb = Callable[[Tx], Any]


def erase(person: PersonId) -> None:
    erasure.erase(person, "asked")
    connections.close_all()


def write(verb: Verb) -> Any:
    found = transact_on(Store(), SYSTEM, AT + SECOND, verb)
    connections.close_all()
    return found


def nothing_is_left(person: PersonId) -> bool:
    rows = (
        Choice.objects.filter(subject=person),
        Choice.objects.exclude(box=None).filter(subject=""),
        Acceptance.objects.filter(subject=person),
        Standing.objects.filter(subject=person),
        Joined.objects.filter(subject=person),
        Person.objects.filter(pk=person),
    )
    return not any(one.exists() for one in rows)


def writings(version: str, person: PersonId) -> dict[str, Verb]:
    """Return all by which something of consent is written of her."""
    shown = seen(version, STATISTICS, COUNT, files=JOINS)
    visitor = somebody()
    choose(visitor, {STATISTICS: True}, shown)
    choose(person, {COUNT: True}, shown)
    return {
        "chosen": lambda tx: actions.choose(tx, person, {STATISTICS: True}, shown),
        "taken back": lambda tx: actions.withdraw(tx, person, [COUNT], shown),
        "joined": lambda tx: joining.join(tx, visitor, person, "main", HERE),
        "brought": lambda tx: bringing.bring(tx, person, STATISTICS, False, FIRST, "", HERE),  # noqa: FBT003
        "accepted": lambda tx: accepting.accept(tx, person, version, FIRST, AT, "main"),
        "made": lambda tx: make_subject(tx, person, "person"),
    }


@pytest.mark.parametrize("name", ["chosen", "taken back", "joined", "brought", "accepted", "made"])
def test_an_erasure_waits_for_what_is_written_and_erases_it(name: str) -> None:
    person = somebody()
    verb = writings(hash_of(propose_at(FIRST, JOINS)), person)[name]
    written, go_on = Event(), Event()

    def slowly(tx: Tx) -> None:
        verb(tx)
        tx.pending.flush(tx.alias)
        written.set()
        assert go_on.wait(30)

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write, slowly)
        assert written.wait(30)
        erased = pool.submit(erase, person)
        with pytest.raises(TimeoutError):
            erased.result(0.3)
        go_on.set()
        writing.result(30)
        erased.result(30)
    assert nothing_is_left(person)


def test_who_was_erased_since_a_transaction_began_is_so_for_it() -> None:
    """It had her key in hand."""
    person = somebody()
    verb = writings(hash_of(propose_at(FIRST, JOINS)), person)["chosen"]

    def begun_before(tx: Tx) -> None:
        assert vault.pseudonym(tx, person)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(erase, person).result(30)
        verb(tx)

    with pytest.raises(ErasedError):
        write(begun_before)
    assert nothing_is_left(person)
