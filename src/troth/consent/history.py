"""All that somebody has said, with the circumstances, opened for who answers her.

`history(tx, subject, purpose) -> tuple[Told, ...]`             her yes and no, the newest first
`acceptances(tx, subject, purpose) -> tuple[Accepted, ...]`     what she has seen and accepted
Both raise NoPolicyError, RefusedError and what the vault raises; each is one use, entered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json

from troth import vault
from troth.consent.models import Acceptance, Choice
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.values import USED, demand_use
from troth.store import Tx
from troth.vault import PersonId, Sealed

CATEGORY: Final = "choice"
FIELD: Final = "purposes"
"""What of the register choices are, and their circumstances are sealed as."""
ACCEPTANCES: Final = "acceptance"
PLACE: Final = "place"
"""The same of acceptances and acknowledgements."""


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
    key: str = ""
    origin: str = ""


class Accepted(Struct, frozen=True):
    """One acceptance or acknowledgement; `version` is the policy's it is about."""

    kind: str
    version: str
    seen_at: datetime | None
    used_at: datetime | None
    at: datetime
    circumstances: dict[str, Any]


def history(tx: Tx, subject: PersonId, purpose: str) -> tuple[Told, ...]:
    """Return all somebody has said, the newest first, opened for a purpose; that is entered."""
    rows = list(Choice.objects.using(tx.alias).filter(subject=subject).order_by("-sequence"))
    boxes = (None if row.box is None else (row.version, bytes(row.box)) for row in rows)
    opened = _opened(tx, subject, (CATEGORY, FIELD), purpose, boxes)
    return tuple(
        Told(
            row.sequence,
            row.about,
            row.kind,
            row.given,
            row.at,
            row.version,
            row.text,
            circumstances,
            row.key,
            row.origin,
        )
        for row, circumstances in zip(rows, opened, strict=True)
    )


def acceptances(tx: Tx, subject: PersonId, purpose: str) -> tuple[Accepted, ...]:
    """Return what somebody has seen and accepted, the newest first, likewise."""
    rows = list(Acceptance.objects.using(tx.alias).filter(subject=subject).order_by("-at", "-id"))
    boxes = (None if row.box is None else (row.kept_under, bytes(row.box)) for row in rows)
    opened = _opened(tx, subject, (ACCEPTANCES, PLACE), purpose, boxes)
    return tuple(
        Accepted(row.kind, row.version, row.seen_at, row.used_at, row.at, circumstances)
        for row, circumstances in zip(rows, opened, strict=True)
    )


def _opened(
    tx: Tx,
    subject: PersonId,
    place: tuple[str, str],
    purpose: str,
    boxes: Iterable[tuple[str, bytes] | None],
) -> list[dict[str, Any]]:
    """Open boxes (each with its version) of one category and field; of none, nothing."""
    category, field = place
    rules, question, decision = demand_use(tx, category, purpose)
    who = vault.pseudonym(tx, subject)
    leave = permit(decision, question, who)
    record(tx, LedgerEntry(USED, rules.version, who, {"field": field}, question, decision))
    held = list(boxes)
    sealed = [Sealed(subject, category, field, *box) for box in held if box is not None]
    opened = iter(vault.unseal_many(tx, sealed, leave))
    return [{} if box is None else json.decode(next(opened).reveal()) for box in held]
