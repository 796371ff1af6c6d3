"""What members write: why they ask, freeze, review. Sealed, as anybody's name may stand in it.

`seal_note(tx, person, text) -> bytes`                  "" is kept as nothing
`read_notes(tx, notes) -> list[str]`                     (person, note) pairs, entered as one use

Those are notes about members. What is written to a case is about a person whose data are kept:
it opens by the door alone (`sealed_note`, `views.view`).
"""

from collections.abc import Sequence
from typing import Final

from troth import vault
from troth.access.kinds import WRITTEN
from troth.access.models import Member
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.sealing import VERSION_LENGTH, seal_text
from troth.people.values import Under, demand_use, person_of
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.vault import PersonId, Sealed

CATEGORY: Final = WRITTEN[0]
FIELD: Final = "reason"
PURPOSE: Final = WRITTEN[1]
UNDER: Final = Under(CATEGORY, PURPOSE, "direct")
LENGTH_MAX: Final = 500


class NoteError(ValueError):
    """What was written is too long, or is missing where it must not; `message` says so."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


def person_of_member(tx: Tx, member: Member) -> PersonId:
    """Return under whose key notes about a member are sealed."""
    return person_of(tx, member.account)


def seal_note(tx: Tx, person: PersonId, text: str, *, required: bool = False) -> bytes:
    """Seal what was written, under a key of whom it concerns. Raises NoteError."""
    text = text.strip()
    if not any(c.isalnum() for c in text):
        text = ""  # blanks that show nothing, dots
    if len(text) > LENGTH_MAX:
        raise NoteError(
            Message(mark("At most %(number)s characters, please."), {"number": LENGTH_MAX})
        )
    if not text:
        if required:
            raise NoteError(Message(mark("Please say why, in a sentence.")))
        return b""
    return seal_text(tx, person, FIELD, text, UNDER)


def sealed_note(person: PersonId, note: bytes) -> Sealed:
    """Return a note as the sealed value it is; it is not ""."""
    version, box = note[:VERSION_LENGTH].decode(), note[VERSION_LENGTH:]
    return Sealed(person, CATEGORY, FIELD, version, box)


def read_notes(tx: Tx, notes: Sequence[tuple[PersonId, bytes]]) -> list[str]:
    """Open notes for the one purpose they were written for; "" where nothing is or was erased."""
    written = [(person, bytes(note)) for person, note in notes]
    if not any(note for _, note in written):
        return ["" for _ in written]
    rules, asked, decision = demand_use(tx, CATEGORY, PURPOSE)
    about = {"notes": sum(1 for _, note in written if note)}
    record(tx, LedgerEntry("access.notes-read", rules.version, None, about, asked, decision))

    def read(person: PersonId, note: bytes) -> str:
        if not note:
            return ""
        try:
            who, sealed = vault.pseudonym(tx, person), sealed_note(person, note)
            return vault.unseal(tx, sealed, permit(decision, asked, who)).reveal()
        except vault.ErasedError:
            return ""

    return [read(person, note) for person, note in written]
