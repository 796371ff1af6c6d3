"""The policy as JSON for programs: which version, since when, and what it says."""

from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

import troth
from troth.policy.words import LANGS, Lang, Message, mark
from troth.versions import facts
from troth.versions.models import StoredVersion
from troth.versions.problem import ProblemError
from troth.versions.questions import current

CACHE_FOR_EVER: Final = {"public": True, "max_age": 31_536_000, "immutable": True}
BUILD_DIGITS: Final = 8
CACHE_BY_ASKING: Final = {"public": True, "no_cache": True}


class PublishedVersion(Struct, frozen=True):
    """Which version: its number and hash, when it was recorded, since when it is in force."""

    number: int
    hash: str
    recorded_at: datetime
    in_force_from: datetime | None


class PublishedPolicy(Struct, frozen=True):
    """A version with its statements and register."""

    version: PublishedVersion
    policy: dict[str, Any]


class Publication(Struct, frozen=True):
    """The bytes to send, their entity tag, and how they may be cached."""

    body: bytes
    etag: str
    cache: dict[str, Any]


def publish(alias: str, reference: str, lang: Lang | None, at: datetime) -> Publication:
    """Return a version ("" for the one in force) in one language, or in each if `lang` is None.

    Raises ProblemError: 404 no such version, 503 none in force.
    """
    stored = facts.find(alias, reference) if reference else current(alias, at)
    if stored is None:
        raise ProblemError(
            404,
            "unknown-version",
            Message(
                mark("There is no version %(version)s; /history lists them."),
                {"version": reference[:64]},
            ),
        )
    begun = facts.effective_from(alias, stored.number)
    return Publication(
        body=_body(alias, stored, begun, lang),
        etag=f'"{stored.hash[:32]}-{stored.number}-{bool(begun):d}-{lang or "all"}-{_build()}"',
        # a hash may come to name another number, when the text is changed back to it
        cache=CACHE_FOR_EVER if reference == str(stored.number) and begun else CACHE_BY_ASKING,
    )


def _body(alias: str, stored: StoredVersion, begun: datetime | None, lang: Lang | None) -> bytes:
    version = PublishedVersion(stored.number, stored.hash, stored.recorded_at, begun)
    policy = msgspec.Raw(_policy_json(alias, stored.hash, lang))
    return msgspec.json.encode({"version": version, "policy": policy})


@cache
def _build() -> str:
    """Return a hash of the code that shapes the answer: another build may shape it otherwise."""
    package = Path(troth.__file__).parent
    digest = sha256(troth.__version__.encode())
    for file in (Path(__file__), *sorted(package.glob("policy/**/*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:BUILD_DIGITS]


@lru_cache(maxsize=48)
def _policy_json(alias: str, version_hash: str, lang: Lang | None) -> bytes:
    from troth.policy.show import as_json  # noqa: PLC0415 - only this answer needs it

    shown = as_json(facts.document(alias, version_hash))
    return msgspec.json.encode(shown if lang is None else _in_language(shown, lang))


def _in_language(value: Any, lang: Lang) -> Any:
    """Replace each `{"zh": …, "en": …}` by the text in one language."""
    if isinstance(value, dict):
        if value.keys() == set(LANGS):
            return value[lang]
        return {key: _in_language(part, lang) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_in_language(part, lang) for part in value]
    return value
