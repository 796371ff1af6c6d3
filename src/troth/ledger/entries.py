"""What an entry says, and its canonical bytes. Pure.

An entry holds the least from which its decision can be decided again for ever: verb, facts without
values, the moment, the version. Persons stand in it as pseudonyms.
"""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NewType
from uuid import UUID

import msgspec
from msgspec import Struct

from troth.gate import Decision, Facts
from troth.policy.words import Pseudonym

EntryId = NewType("EntryId", UUID)
"""Names an entry before it has an index: random, but in the order of time (RFC 9562, 5.7)."""

FORMAT: Final = 1
SALT_BYTES: Final = 16
UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
BODY_BYTES_MAX: Final = 65_535
"""An entry that is longer is a mistake: facts are names and counts."""
NOTHING: Final[Mapping[str, Any]] = {}


class LedgerEntry(Struct, frozen=True):
    """One thing that was done, as its verb tells it.

    `kind` names it (`versions.proposed`); `about` are names and counts, never a value; `version`
    is the policy version it was done under, "" where none is concerned. `facts` and `decision`
    go together: deciding on the facts again, at its moment, must come to the same decision.
    """

    kind: str
    version: str = ""
    subject: Pseudonym | None = None
    about: Mapping[str, Any] = NOTHING
    facts: Facts | None = None
    decision: Decision | None = None


class BatchPair(Struct, frozen=True):
    """Facts that `count` rows of a batch share, with the decision on them."""

    facts: Facts
    decision: Decision
    count: int


class EntryTooLongError(ValueError):
    """An entry's facts are too long: they hold something that does not belong into them."""


_last_tick = 0


def new_id() -> EntryId:
    """Return a fresh id in the order of time (UUID version 7, RFC 9562, 6.2, method 3).

    48 bits of milliseconds and 12 of their 4096ths, never twice in a process; then random bits.
    """
    global _last_tick  # noqa: PLW0603 - what was given last
    tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
    _last_tick = tick
    number = tick >> 12 << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0x2 << 62
    return EntryId(UUID(int=number | int.from_bytes(os.urandom(8)) >> 2))


def first_id(at: datetime) -> EntryId:
    """Return the least id an entry made at a moment can have: ids begin with the millisecond."""
    return EntryId(UUID(int=(at - UNIX_EPOCH) // MILLISECOND << 80))


def body_of(entry: LedgerEntry, at: datetime, actor: str) -> bytes:
    """Return the canonical bytes of an entry: JSON with sorted keys, UTC to the microsecond.

    Raises EntryTooLongError.
    """
    body = _ENCODER.encode(
        {
            "v": FORMAT,
            "kind": entry.kind,
            "at": moment(at),
            "actor": actor,
            "version": entry.version,
            "subject": entry.subject,
            "about": entry.about,
            "facts": entry.facts,
            "decision": None if entry.decision is None else told(entry.decision, entry.version),
        }
    )
    if len(body) > BODY_BYTES_MAX:
        raise EntryTooLongError(f"an entry {entry.kind} of {len(body)} bytes")
    return body


def batch_about(
    pairs: Sequence[BatchPair], version: str, commitments_root: bytes, rows: int
) -> dict[str, Any]:
    """Return what is told of a batch: distinct (facts, decision) counted, and the rows' root."""
    return {
        "pairs": [
            {"facts": pair.facts, "decision": told(pair.decision, version), "count": pair.count}
            for pair in pairs
        ],
        "rows": rows,
        "root": commitments_root.hex(),
    }


def told(decision: Decision, version: str) -> dict[str, Any]:
    """Return what an entry of `version` tells of a decision: what a replay must come to again.

    The decision's own version is told where it is another, as its 64 letters are a tenth of a body.
    """
    said = {
        "allowed": decision.allowed,
        "verb": decision.verb,
        "reason": decision.reason.code,
        "statement": decision.statement,
    }
    return said if decision.version == version else said | {"version": decision.version}


def moment(at: datetime) -> str:
    """Return a moment as entries write it (RFC 3339, UTC, microseconds)."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def commitment(salt: bytes, body: bytes) -> bytes:
    """Return what the public log holds of an entry: SHA-256 over salt and body."""
    return sha256(salt + body).digest()


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
