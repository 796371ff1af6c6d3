"""What somebody said becomes rows, one entry that tells of them, and what stands now.

`keep(tx, subject, said, seen, leave, way) -> Chosen`   only what changes anything makes a row
Choices of one subject are numbered without a gap: `rows.take_turn` first.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json

from troth import vault
from troth.consent.history import CATEGORY, FIELD
from troth.consent.revoked import note_committed
from troth.consent.rows import Stood, last_number, stands, write
from troth.consent.wording import Kind
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import NOTHING, moment
from troth.people.subjects import Bearer
from troth.people.values import Leave, Under
from troth.policy.words import Lang
from troth.store import Tx
from troth.vault import PersonId, Sealed

CHOSEN: Final = "consent.chosen"
JOINED: Final = "consent.joined"
BROUGHT: Final = "consent.brought"
KINDS: Final = (CHOSEN, JOINED, BROUGHT)
"""The entries that tell of choices: said here, joined from a visitor's, said before Troth."""
UNDER: Final = Under(CATEGORY, "choices", "direct", frozenset({"subject"}))
"""What of the register choices are kept under."""


class Seen(Struct, frozen=True):
    """Under which circumstances somebody chose.

    `version` is the policy's that she was shown, `texts` the SHA-256 of the words by what they ask
    for, `surface` where (`banner`, `settings`, `device`), `region` an ISO 3166 code or "", `signal`
    whether her browser asked for privacy by itself (GPC), `key` the id of the API key it came by
    (at most 16 letters), `origin` the web origin (RFC 6454, at most 200); "" where there is none.
    """

    version: str
    lang: Lang
    surface: str
    texts: Mapping[str, str]
    region: str = ""
    signal: bool = False
    bearer: Bearer = "person"
    key: str = ""
    origin: str = ""


class Chosen(Struct, frozen=True):
    """The number of the newest choice of the subject's, and what it has changed."""

    sequence: int
    changed: frozenset[str]


class Said(Struct, frozen=True):
    """One yes or no; `text` is the SHA-256 of the words it was shown with, "" for none."""

    about: str
    kind: Kind
    given: bool
    text: str = ""


class Way(Struct, frozen=True):
    """How it came to be said: the entry's kind, what else it tells, and when it was (None: now).

    `circumstances` are sealed beside those that were seen.
    """

    entry: str = CHOSEN
    about: Mapping[str, Any] = NOTHING
    circumstances: Mapping[str, Any] = NOTHING
    at: datetime | None = None


HERE: Final = Way()


def keep(
    tx: Tx,
    subject: PersonId,
    said: Iterable[Said],
    seen: Seen,
    leave: Leave | None,
    way: Way = HERE,
) -> Chosen:
    """Write down what changes anything of what stands; without leave, without circumstances."""
    stood = {one.about: one for one in stands(tx, subject)}
    fresh = [one for one in said if _changes(stood.get(one.about), one, seen)]
    last = last_number(tuple(stood.values()))
    if fresh:
        _write(tx, _Of(subject, seen, last, way), fresh, leave)
    refused = [last + number for number, one in enumerate(fresh, 1) if not one.given]
    if refused:
        note_committed(tx, subject, refused[-1])
    return Chosen(last + len(fresh), frozenset(one.about for one in fresh))


def _changes(stood: Stood | None, said: Said, seen: Seen) -> bool:
    """Whether it says another thing than what stands, or the same under another version."""
    if stood is None:
        return True
    same = (stood.kind, stood.given) == (said.kind, said.given)
    return not same or (said.given and stood.version != seen.version)


class _Of(Struct, frozen=True):
    """Whose choices are written, under which circumstances, and after which of hers."""

    subject: PersonId
    seen: Seen
    last: int
    way: Way


def _write(tx: Tx, of: _Of, fresh: list[Said], leave: Leave | None) -> None:
    boxes = [_sealed(tx, of, leave) for _ in fresh]
    commitments = [b"" if box is None else vault.commitment(box) for box in boxes]
    rules, question, decision = leave or (None, None, None)
    version = "" if rules is None else rules.version
    who = vault.pseudonym(tx, of.subject)
    about = _told(of, fresh, commitments)
    entry = record(tx, LedgerEntry(of.way.entry, version, who, about, question, decision))
    at = of.way.at or tx.now
    seen = of.seen
    rows = [
        (
            of.subject,
            seen.bearer,
            of.last + number,
            one.about,
            one.kind,
            one.given,
            at,
            version,
            one.text,
            seen.key,
            seen.origin,
            None if box is None else box.box,
            commitment,
            entry,
        )
        for number, (one, box, commitment) in enumerate(
            zip(fresh, boxes, commitments, strict=True), 1
        )
    ]
    write(tx, of.subject, entry, rows)


def _told(of: _Of, fresh: list[Said], commitments: list[bytes]) -> Mapping[str, Any]:
    """Return what an entry tells of choices: all that a row holds, but not whose it is."""
    seen = of.seen
    told = {
        "choices": {one.about: one.given for one in fresh},
        "numbers": {one.about: of.last + number for number, one in enumerate(fresh, 1)},
        "kinds": {one.about: one.kind for one in fresh},
        "texts": {one.about: one.text for one in fresh if one.text},
        "bearer": seen.bearer,
        "commitments": [one.hex() for one in commitments],
        "key": seen.key,
        "origin": seen.origin,
    }
    if of.way.at is not None:
        told["said_at"] = moment(of.way.at)
    return told | dict(of.way.about)


def _sealed(tx: Tx, of: _Of, leave: Leave | None) -> Sealed | None:
    """Return the circumstances of a choice, sealed; None where the policy lets none be kept."""
    if leave is None:
        return None
    seen = of.seen
    told = {
        "lang": seen.lang,
        "surface": seen.surface,
        "region": seen.region,
        "signal": seen.signal,
    }
    text = json.encode(told | dict(of.way.circumstances)).decode()
    return vault.seal(tx, of.subject, CATEGORY, FIELD, text, leave[0].version)
