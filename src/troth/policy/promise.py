"""How a statement is proven: controls examine a store, sabotages show that they can fail."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct, field

from troth.policy.words import Message, StatementId

Verdict = Literal["kept", "broken", "unproven", "attested"]

Cursor = Mapping[str, int | str]
"""How far an examination got, in the control's own words: the next may go on from there."""


class Store(Protocol):
    """What a control may ask of a store: which database it is (a Django connection alias)."""

    @property
    def alias(self) -> str:
        """Name of the database connection."""
        ...


class Evidence(Struct, frozen=True):
    """What one examination of one control found.

    `examined` counts the things looked at; a control that examined nothing is *unproven*.
    `figures` are small facts to show, by label; `samples` name the first things found wrong.
    `cursor` is where the next examination may go on; None: it must begin anew.
    """

    control: str
    verdict: Verdict
    examined: int
    at: datetime
    why: Message
    figures: Mapping[str, str | int] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    cursor: Cursor | None = None


class Sabotage(Struct, frozen=True):
    """A fault put behind the application's back, and the statements that must then turn red.

    `undo` takes back what the end of the transaction does not: files, settings, code.
    """

    name: str
    breaks: frozenset[StatementId]
    commit: Callable[[Store], None]
    undo: Callable[[Store], None] | None = None


class Control(Struct, frozen=True):
    """A check that re-derives from the store whether something promised is so.

    It belongs to no policy: `[statement."id"] kept_by` binds it. `proves` says in a sentence what
    it proves.

    `examine` looks at everything. A control over what grows without end also brings `resume`,
    which looks at what has come since an examination that found nothing wrong; everything is
    looked at again once `full_scan` has passed, as somebody may change what was found right.
    """

    name: str
    proves: Message
    period: timedelta
    examine: Callable[[Store, datetime], Evidence]
    sabotages: tuple[Sabotage, ...] = ()
    resume: Callable[[Store, datetime, Cursor], Evidence] | None = None
    full_scan: timedelta = timedelta(days=1)


class PlannedControl(Struct, frozen=True):
    """A control that is not built yet: its name and what it will prove. Always *unproven*."""

    name: str
    proves: Message
