"""A record that is being taken in while its person is erased is erased with her."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connections

from tests.collection.cast import AT, KEY, message, somebody
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.collection.actions import take
from troth.collection.given import Refused, Taken
from troth.collection.models import Record
from troth.people import erasure
from troth.people.models import Detail
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("keys", "committed")]


def erase(person: PersonId) -> None:
    erasure.erase(person, "asked")
    connections.close_all()


def test_an_erasure_waits_for_what_is_taken_in_and_erases_it() -> None:
    propose_at(FIRST, default_policy())
    subject = somebody()
    written, go_on = Event(), Event()

    def slowly(tx: Tx) -> Taken | Refused:
        found = take(tx, [message(subject)], KEY)
        tx.pending.flush(tx.alias)
        written.set()
        assert go_on.wait(30)
        return found

    def taking() -> Taken | Refused:
        found = transact_on(Store(), SYSTEM, AT, slowly)
        connections.close_all()
        return found

    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(taking)
        assert written.wait(30)
        erased = pool.submit(erase, subject)
        with pytest.raises(TimeoutError):
            erased.result(0.5)
        go_on.set()
        assert isinstance(taken.result(30), Taken)
        erased.result(30)
    assert Record.objects.get().person == ""
    assert Detail.objects.get().box is None
    assert isinstance(transact_on(Store(), SYSTEM, AT, take, [message(subject)], KEY), Refused)


def test_who_was_erased_since_a_transaction_began_is_so_for_it() -> None:
    """It had her key in hand."""
    propose_at(FIRST, default_policy())
    subject = somebody()

    def begun_before(tx: Tx) -> Taken | Refused:
        assert vault.pseudonym(tx, subject)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(erase, subject).result(30)
        return take(tx, [message(subject)], KEY)

    found = transact_on(Store(), SYSTEM, AT, begun_before)
    assert isinstance(found, Refused)
    assert found.code == "subject-erased"
