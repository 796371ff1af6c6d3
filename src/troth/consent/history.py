"""All that somebody has said, with the circumstances, opened for who answers her.

`history(tx, subject, purpose) -> tuple[Told, ...]`     raises NoPolicyError, RefusedError, vault's
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json

from troth import vault
from troth.consent.models import Choice
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.values import USED, demand_use
from troth.store import Tx
from troth.vault import PersonId, Sealed

CATEGORY: Final = "choice"
FIELD: Final = "purposes"
"""What of the register choices are, and their circumstances are sealed as."""


class Told(Struct, frozen=True):
    """One yes or no of the past; `circumstances` are empty where the policy let none be kept."""

    sequence: int
    about: str
    kind: str
    given: bool
    at: datetime
    version: str
    text: str
    circumstances: dict[str, Any]


def history(tx: Tx, subject: PersonId, purpose: str) -> tuple[Told, ...]:
    """Return all somebody has said, the newest first, opened for a purpose; that is entered."""
    rules, question, decision = demand_use(tx, CATEGORY, purpose)
    who = vault.pseudonym(tx, subject)
    leave = permit(decision, question, who)
    record(tx, LedgerEntry(USED, rules.version, who, {"field": FIELD}, question, decision))
    rows = Choice.objects.using(tx.alias).filter(subject=subject).order_by("-sequence")
    found = []
    for row in rows:
        circumstances = {}
        if row.box is not None:
            sealed = Sealed(subject, CATEGORY, FIELD, row.version, bytes(row.box))
            circumstances = json.decode(vault.unseal(tx, sealed, leave).reveal())
        said = (row.sequence, row.about, row.kind, row.given, row.at, row.version, row.text)
        found.append(Told(*said, circumstances))
    return tuple(found)
