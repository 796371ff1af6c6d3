"""How a statement is proven: controls examine a store, sabotages show that they can fail."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct, field

from troth.policy.words import Message, StatementId

Verdict = Literal["kept", "broken", "unproven", "attested"]


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
    """

    control: str
    verdict: Verdict
    examined: int
    at: datetime
    why: Message
    figures: Mapping[str, str | int] = field(default_factory=dict)
    samples: tuple[str, ...] = ()


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
    """

    name: str
    proves: Message
    period: timedelta
    examine: Callable[[Store, datetime], Evidence]
    sabotages: tuple[Sabotage, ...] = ()


class PlannedControl(Struct, frozen=True):
    """A control that is not built yet: its name and what it will prove. Always *unproven*."""

    name: str
    proves: Message
