"""What a mark is made of: statement, controls behind it, days, chapters, the whole board."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct, field

from troth.policy.promise import Verdict
from troth.policy.words import Message, StatementId, Text, VersionHash


class SabotageMark(Struct, frozen=True):
    """A sabotage of a control and when it was last caught; None: not yet."""

    name: str
    caught_at: datetime | None = None


class Run(Struct, frozen=True, kw_only=True):
    """Examinations of one control on one day (UTC) that came to the same verdict in a row.

    `at` is the last of them, `since` when the control first came to this verdict in a row, on
    whichever day. `took_ms` and what was found are those of the last. `full_at` is when everything
    was looked at last, not only what had come since.
    """

    control: str
    verdict: Verdict
    day: date
    at: datetime
    since: datetime
    why: Message
    examined: int = 0
    figures: Mapping[str, str | int] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    took_ms: int = 0
    failed: bool = False
    full_at: datetime | None = None


class ControlMark(Struct, frozen=True, kw_only=True):
    """What is known of one control now.

    `planned`: not built yet, or known to nobody. `failed`: the control itself raised an error.
    `at` None: not examined yet; `full_at` as in `Run`, None where
    everything is looked at each time. Labels of `figures` are gettext ids.
    """

    name: str
    verdict: Verdict
    why: Message
    proves: Message
    planned: bool = False
    failed: bool = False
    examined: int = 0
    figures: Mapping[str, str | int] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    at: datetime | None = None
    took_ms: int = 0
    period: timedelta | None = None
    since: datetime | None = None
    sabotages: tuple[SabotageMark, ...] = ()
    full_at: datetime | None = None


class DayMark(Struct, frozen=True):
    """One day's verdict: broken if it was broken at any time of it; None: not examined."""

    day: date
    verdict: Verdict | None


class StatementMark(Struct, frozen=True, kw_only=True):
    """One statement's verdict with its reasons, first the sum, then each control that falls short.

    `since` tells when the verdict last changed (None: it has always been so); `days` are the last
    30, the oldest first.
    """

    statement: StatementId
    verdict: Verdict
    why: tuple[Message, ...]
    controls: tuple[ControlMark, ...]
    since: datetime | None = None
    days: tuple[DayMark, ...] = ()


class Chapter(Struct, frozen=True):
    """A top-level section: its heading's id (a section's "" before the first), tally and marks."""

    section: str
    heading: Text
    kept: int
    total: int
    broken: int
    marks: tuple[StatementMark, ...]


class Board(Struct, frozen=True, kw_only=True):
    """All marks of one version at one time.

    `tally` counts statements by verdict; `examined_at` is the latest examination (None: none yet);
    `revision` changes whenever anything shown does, for ETags.
    """

    version: VersionHash
    at: datetime
    chapters: tuple[Chapter, ...]
    marks: Mapping[StatementId, StatementMark]
    tally: Mapping[Verdict, int]
    examined_at: datetime | None
    revision: str

    @property
    def kept(self) -> int:
        """How many statements are kept."""
        return self.tally["kept"]

    @property
    def total(self) -> int:
        """How many statements carry a mark."""
        return len(self.marks)
