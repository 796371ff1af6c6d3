"""What an entry's body says: the least from which its decision can be made again."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.ledger.cast import ALIAS, enter, source
from tests.versions.cast import FIRST, default_policy, propose_at
from troth.gate import decide
from troth.gate.facts import UseFacts
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import body_of
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import verify
from troth.store import Store, Tx, transact
from troth.versions import facts

ASKED = UseFacts(category="account", purpose="account")


def decided_for_another(tx: Tx) -> None:
    """Enter a decision under a version that is not the one the entry names."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    decision = decide(rules, ASKED, tx.now)
    record(tx, LedgerEntry("test.other", "0" * 64, facts=ASKED, decision=decision))


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
def test_a_version_is_told_once_where_entry_and_decision_have_the_same() -> None:
    propose_at(FIRST, default_policy())
    open_log(Store())
    transact(enter, 1)
    stored = Entry.objects.using(ALIAS).get(kind="test.use")
    told = msgspec.json.decode(bytes(stored.body))
    assert len(told["version"]) == 64
    assert "version" not in told["decision"]


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
def test_a_decision_of_another_version_tells_its_own_and_is_decided_again_by_it() -> None:
    propose_at(FIRST, default_policy())
    open_log(Store())
    transact(enter, 1)
    transact(decided_for_another)
    integrate_all(Store())
    bodies = [bytes(body) for body in Entry.objects.values_list("body", flat=True)]
    told = [msgspec.json.decode(body) for body in bodies if b"test.other" in body]
    assert len(told[0]["decision"]["version"]) == 64
    report = verify(source())
    assert report.holds
    assert sum(epoch.replayed for epoch in report.epochs) >= 2


def test_a_body_is_canonical() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    body = body_of(LedgerEntry("test.thing", about={"b": 1, "a": 2}), at, "system")
    assert body == (
        b'{"about":{"a":2,"b":1},"actor":"system","at":"2026-01-02T03:04:05.000000Z",'
        b'"decision":null,"facts":null,"kind":"test.thing","subject":null,"v":1,"version":""}'
    )
