"""The consent token: what somebody has agreed to, for an edge that asks no database.

`mint(tx, subject, rules, life=LIFE_MAX) -> Minted`
`check(text, rules, now) -> Token`                    raises TokenError
It is `troth_ct_` and the base64url (RFC 4648, 5) of: a format byte, the day whose key made it (2
bytes), the subject's id (16), the first 9 bytes of the version's hash, the number of her newest
choice (4), the second it expires (4), the length of a mask (2), the masks of what she has agreed
to, agreed to separately and refused (bits of `Rulebook.bits`), and the first 16 bytes of
HMAC-SHA256 (RFC 2104) over all before them; numbers are big-endian. The length is a multiple of
three, so there is one way to write it. Whoever bears a token can read it: it tells no name.
"""

import struct
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hmac import compare_digest, digest
from typing import Final, Literal

from msgspec import Struct

from troth import vault
from troth.consent import revoked
from troth.consent.facts import standing
from troth.consent.rows import last_number, stands
from troth.policy.rules import Rulebook
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.vault import PersonId

PREFIX: Final = "troth_ct_"
LIFE_MAX: Final = timedelta(hours=24)
LABEL: Final = "consent token"
FORMAT: Final = 1
HEAD: Final = struct.Struct(">BH16s9sIIH")
VERSION_BYTES: Final = 9
MAC_BYTES: Final = 16
MASKS: Final = 3
LETTERS_MAX: Final = 4_096
"""Of a token: enough for masks of eight thousand bits."""
DAY_SECONDS: Final = 86_400
KEYS_KEPT: Final = 8
LETTERS: Final = bytes.maketrans(b"-_+/=", b"+/***")
"""From the letters of base64url to those of base64; the others are none."""

Code = Literal["malformed", "forged", "expired", "other-version", "revoked"]


class TokenError(Exception):
    """It says nothing: `code` is why."""

    def __init__(self, code: Code) -> None:
        self.code: Code = code
        self.message = Message(WHY[code])
        super().__init__(self.message.render(str))


WHY: Final[Mapping[Code, str]] = {
    "malformed": mark("This is no consent token: send it as it was given, whole."),
    "forged": mark("The consent token was not made by this server, or was changed."),
    "expired": mark("The consent token is more than its time old: ask for a new one."),
    "other-version": mark(
        "The consent token is about another version of the policy: ask for a new one."
    ),
    "revoked": mark(
        "Something was taken back since the consent token was made: ask for a new one."
    ),
}


class Token(Struct, frozen=True):
    """Whose choices it tells, as masks of the version in force, up to which of them, until when.

    The masks are what the gate's facts take as `agreed`, `separate` and `refused`.
    """

    subject: PersonId
    agreed: int
    separate: int
    refused: int
    sequence: int
    expires_s: int

    @property
    def expires(self) -> datetime:
        """When it is worth nothing any more."""
        return datetime.fromtimestamp(self.expires_s, UTC)


class Minted(Struct, frozen=True):
    """A token as it is given out, and when it expires."""

    token: str
    expires: datetime


def mint(tx: Tx, subject: PersonId, rules: Rulebook, life: timedelta = LIFE_MAX) -> Minted:
    """Make the token of what stands for a subject now, for a day at most."""
    agreed = standing(tx, subject)
    last = last_number(stands(tx, subject))
    now_s = int(tx.now.timestamp())
    expires_s = now_s + int(min(life, LIFE_MAX).total_seconds())
    masks = [rules.mask(one) for one in (agreed.consent, agreed.separate, agreed.refused)]
    length = (max(masks).bit_length() + 7) // 8
    day = now_s // DAY_SECONDS
    body = HEAD.pack(
        FORMAT,
        day,
        bytes.fromhex(subject),
        bytes.fromhex(rules.version)[:VERSION_BYTES],
        last,
        expires_s,
        length,
    ) + b"".join(one.to_bytes(length) for one in masks)
    text = PREFIX + urlsafe_b64encode(body + _mac(day, body)).decode()
    return Minted(text, datetime.fromtimestamp(expires_s, UTC))


def check(text: str, rules: Rulebook, now: datetime) -> Token:
    """Return what a token says, if it is ours, of the version in force, and in its time."""
    raw = _decoded(text)
    body = raw[:-MAC_BYTES]
    try:
        form, day, subject, version, sequence, expires_s, length = HEAD.unpack_from(body)
    except struct.error:
        raise TokenError("malformed") from None
    if form != FORMAT or len(body) != HEAD.size + MASKS * length:
        raise TokenError("malformed")
    now_s = now.timestamp()
    days = int(now_s) // DAY_SECONDS - day
    if days > 1:
        raise TokenError("expired")  # whatever else it says: its key is derived no more
    if days < -1 or not compare_digest(_mac(day, body), raw[-MAC_BYTES:]):
        raise TokenError("forged")
    if expires_s <= now_s:
        raise TokenError("expired")
    if version.hex() != rules.version[: 2 * VERSION_BYTES]:
        raise TokenError("other-version")
    person = PersonId(subject.hex())
    if revoked.least(person) > sequence:
        raise TokenError("revoked")
    first, second, third = HEAD.size + length, HEAD.size + 2 * length, HEAD.size + 3 * length
    return Token(
        person,
        int.from_bytes(body[HEAD.size : first]),
        int.from_bytes(body[first:second]),
        int.from_bytes(body[second:third]),
        sequence,
        expires_s,
    )


def _decoded(text: str) -> bytes:
    if not text.startswith(PREFIX) or len(text) > LETTERS_MAX:
        raise TokenError("malformed")
    try:
        return a2b_base64(text[len(PREFIX) :].encode("ascii").translate(LETTERS), strict_mode=True)
    except ValueError:
        raise TokenError("malformed") from None


def _mac(day: int, body: bytes) -> bytes:
    return digest(_key(vault.store_id(), day), body, "sha256")[:MAC_BYTES]


@lru_cache(maxsize=KEYS_KEPT)
def _key(store: str, day: int) -> bytes:
    """Return the key of a day (counted from 1970, UTC), of the key store that is open."""
    del store  # only so that another one's keys are others
    return vault.derive(LABEL, day.to_bytes(4))
