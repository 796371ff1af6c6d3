"""A key as the command line tells of it, and what is wrong with one that was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.sites.models import Key

State = Literal["works", "ended", "revoked", "site-gone"]
OPTIONS: Final = {
    "site": "--site",
    "label": "--label",
    "scopes": "--scope",
    "origins": "--origin",
    "per_minute": "--per-minute",
    "until": "--days",
    "overlap": "--overlap",
}
"""The option that gives a part of a key, by the part's name."""


class KeyTold(Struct, frozen=True, kw_only=True):
    """A key without its text, as JSON. Moments are ISO 8601, UTC."""

    id: str
    site: str
    kind: str
    label: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]
    per_minute: int
    test: bool
    made: str
    made_by: str
    ends: str | None
    revoked: str | None
    last_used: str | None
    state: State


def told(key: "Key", state: State) -> KeyTold:
    """Return what may be told of a key."""
    return KeyTold(
        id=key.id,
        site=key.site,
        kind=key.kind,
        label=key.label,
        scopes=tuple(key.scopes),
        origins=tuple(key.origins),
        per_minute=key.per_minute,
        test=key.test,
        made=_moment(key.made_at),
        made_by=key.made_by,
        ends=None if key.expires_at is None else _moment(key.expires_at),
        revoked=None if key.revoked_at is None else _moment(key.revoked_at),
        last_used=None if key.last_used_at is None else _moment(key.last_used_at),
        state=state,
    )


@contextmanager
def plainly() -> Iterator[None]:
    """Tell what is wrong with a key, by the option that mends it. Raises CannotGoOnError."""
    from troth.sites.errors import NoKeyError, UnfitKeyError  # noqa: PLC0415 - needs Django set up

    try:
        yield
    except UnfitKeyError as error:
        raise CannotGoOnError(
            Message(
                mark("%(option)s: %(why)s"), {"option": OPTIONS[error.part], "why": error.message}
            )
        ) from error
    except NoKeyError as error:
        raise CannotGoOnError(
            Message(mark("%(why)s `troth key list` shows which there are."), {"why": error.message})
        ) from error


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
