"""What packages tell of what they hold of a person: values, places, and when its time is over.

`Opening(tx, person, purpose)`          opens her values for one purpose: a decision and an entry
                                        for each category, not for each value
`over(days, now) -> {category: at}`     up to which moment what began is over
`days_in_force(tx) -> {category: days}` as the policy in force says
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from troth import vault
from troth.gate import Permit, may_use, permit
from troth.gate.facts import Consents, UseFacts
from troth.ledger import LedgerEntry, record
from troth.people.values import demand_rules
from troth.policy.retention import days_by_category
from troth.store import Tx
from troth.vault import PersonId, Plain, Sealed
from troth.versions import facts

EXPORTED: Final = "people.exported"
WITHHELD: Final = "people.export-withheld"


class Held(Struct, frozen=True):
    """One value that is held of a person, opened for her, and where it comes from.

    `purpose`, `source` and `version` (of the policy) are those it was taken in under; "" where a
    row keeps none.
    """

    category: str
    field: str
    value: Plain
    at: datetime
    purpose: str
    source: str
    version: str


class Place(Struct, frozen=True):
    """A field that is stored, in how many rows of which table, under which version of the policy.

    `made`: the server wrote it itself, as a mail that waits. It is no field of the register's; its
    category and its purpose are.
    """

    category: str
    field: str
    version: str
    rows: int
    model: str
    made: bool = False


class Opening:
    """Opens what is held of one person for one purpose.

    Each category is decided on and entered once, when its first value is come to. What never leaves
    is passed over; what the policy does not let be used for the purpose is passed over too, and
    that is entered with the sentence that says no. `agreed` and `separate` are her consents where a
    category or the purpose needs them.

    Raises NoPolicyError, and ErasedError for who was erased or was never known.
    """

    def __init__(
        self,
        tx: Tx,
        person: PersonId,
        purpose: str,
        *,
        agreed: Consents = 0,
        separate: Consents = 0,
    ) -> None:
        self.tx, self.person, self.purpose = tx, person, purpose
        self.who = vault.pseudonym(tx, person)
        self._rules = demand_rules(tx)
        self._agreed, self._separate = agreed, separate
        self._leaves: dict[str, Permit | None] = {}
        tx.pending.flush(tx.alias)

    def leave(self, category: str) -> Permit | None:
        """Return the leave to open her values of a category; None where there is none."""
        if category not in self._leaves:
            self._leaves[category] = self._decide(category)
        return self._leaves[category]

    def sealed(self, one: Sealed, at: datetime, purpose: str, source: str) -> Iterator[Held]:
        """Yield a value that is sealed, opened; nothing where that is not allowed."""
        leave = self.leave(one.category)
        if leave is not None:
            value = vault.unseal(self.tx, one, leave)
            yield Held(one.category, one.field, value, at, purpose, source, one.version)

    def plain(
        self, category: str, field: str, text: str, at: datetime, purpose: str, source: str
    ) -> Iterator[Held]:
        """Yield a value that needs no key, as nothing but the server's own is in it."""
        if self.leave(category) is not None:
            yield Held(category, field, Plain(text), at, purpose, source, "")

    def _decide(self, category: str) -> Permit | None:
        if category in self._rules.never_leaving:
            return None
        asked = UseFacts(
            category=category, purpose=self.purpose, agreed=self._agreed, separate=self._separate
        )
        decision = may_use(self._rules, asked, self.tx.now)
        kind = EXPORTED if decision.allowed else WITHHELD
        version = self._rules.version
        record(self.tx, LedgerEntry(kind, version, self.who, facts=asked, decision=decision))
        return permit(decision, asked, self.who) if decision.allowed else None


def over(days: Mapping[str, int | None], now: datetime) -> dict[str, datetime]:
    """Return up to which moment what began of a category is over, where days end it."""
    return {
        category: now - timedelta(days=number)
        for category, number in days.items()
        if number is not None
    }


def days_in_force(tx: Tx) -> dict[str, int | None]:
    """Return for how many days each category is kept. Raises NoPolicyError."""
    return days_by_category(facts.document(tx.alias, demand_rules(tx).version).register)
