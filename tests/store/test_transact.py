"""A verb runs in one transaction with one now and one actor, and never commits itself."""

from datetime import UTC, datetime

import pytest

from troth.people.models import Account
from troth.store import NestedTransactionError, Store, Tx, transact, transact_as, transact_on

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)


def enter(tx: Tx, handle: str) -> Tx:
    Account.objects.using(tx.alias).create(handle=handle, created_at=tx.now)
    return tx


def enter_and_fail(tx: Tx, handle: str) -> None:
    enter(tx, handle)
    raise ValueError(handle)


def test_a_verb_gets_the_database_the_time_and_the_actor() -> None:
    tx = transact_on(Store(), "owner-abc234", AT, enter, "one")
    assert tx == Tx("default", AT, "owner-abc234")
    assert Account.objects.get().created_at == AT


def test_without_a_time_it_is_now_and_the_actor_is_the_system() -> None:
    before = datetime.now(UTC)
    tx = transact(enter, "one")
    assert before <= tx.now <= datetime.now(UTC)
    assert tx.actor == "system"
    assert transact_as("owner-abc234", enter, "two").actor == "owner-abc234"


def test_a_verb_that_fails_leaves_nothing_written() -> None:
    with pytest.raises(ValueError, match="one"):
        transact(enter_and_fail, "one")
    assert not Account.objects.exists()


def test_a_verb_may_not_open_a_second_transaction() -> None:
    def nested(_tx: Tx) -> None:
        transact(enter, "one")

    with pytest.raises(NestedTransactionError):
        transact(nested)
    assert not Account.objects.exists()


def test_after_a_failure_the_next_verb_runs() -> None:
    with pytest.raises(ValueError, match="one"):
        transact(enter_and_fail, "one")
    transact(enter, "two")
    assert Account.objects.get().handle == "two"
