"""The secrets of keys and of those who bear their own, derived from the key store each time.

`written(key) -> Written`                     a key as its owner was shown it once
`bearer_secret(person, bearer) -> str`        what a visitor or installation proves itself by
`bearer_of(text) -> Borne | None`             whose secret it is; None for what is none
"""

import base64
import hmac
import re
from hashlib import sha256
from typing import Final

from msgspec import Struct

from troth import vault
from troth.people.subjects import Bearer
from troth.sites.models import Key
from troth.sites.words import PREFIXES, Kind, Written
from troth.vault import PersonId

KEY: Final = "api key"
BEARER: Final = "bearer"
LETTERS: Final[dict[str, Bearer]] = {"v": "visitor", "i": "installation"}
BORNE: Final = re.compile(r"troth_([vi])_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class Borne(Struct, frozen=True):
    """Who proved to be whom: a visitor or an installation by its own secret."""

    person: PersonId
    bearer: Bearer


def written(key_id: str, kind: Kind, *, test: bool) -> Written:
    """Return a key as it is written. It is a secret: show it once, log it never."""
    prefix = PREFIXES[kind, test]
    return Written(prefix, key_id, _letters(vault.derive(KEY, f"{prefix} {key_id}".encode())))


def written_of(key: Key) -> Written:
    """Return a stored key as it is written, to check what was signed by it."""
    kind: Kind = "secret" if key.kind == "secret" else "publishable"
    return written(key.id, kind, test=key.test)


def hash_of(key: Written) -> str:
    """Return what is stored of a key; 256 random bits need no slow hash."""
    return sha256(key.text.encode()).hexdigest()


def bearer_secret(person: PersonId, bearer: Bearer) -> str:
    """Return the secret of a visitor or an installation, given out at first contact."""
    letter = next(one for one, name in LETTERS.items() if name == bearer)
    return f"troth_{letter}_{person}_{_proof(person, bearer)}"


def bearer_of(text: str) -> Borne | None:
    """Return whose secret was sent, compared in constant time; None for what is none."""
    found = BORNE.fullmatch(text)
    if found is None:
        return None
    letter, person, proof = found.groups()
    borne = Borne(PersonId(person), LETTERS[letter])
    fits = hmac.compare_digest(proof, _proof(borne.person, borne.bearer))
    return borne if fits else None


def _proof(person: PersonId, bearer: Bearer) -> str:
    return _letters(vault.derive(BEARER, f"{bearer} {person}".encode()))


def _letters(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
