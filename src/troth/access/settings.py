"""Settings of access: what may be set, within which limits, and what holds until somebody does.

`number(where, name) -> int`     `switch(where, name) -> bool`     `working_hours(where) -> Hours`
`longest_life(where, category, sensitive=…) -> timedelta`
`value(where, name) -> object`                    any of them; `where` is a Tx or a database
`set_setting(tx, name, given) -> Setting | None`  raises UnknownSettingError, UnfitSettingError

Rows are appended and never changed: what held at any time can be told.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from troth.access import objects, turns
from troth.access.acting import acting
from troth.access.models import Setting
from troth.ledger import LedgerEntry, record
from troth.policy.ready import ready
from troth.policy.words import Message, mark
from troth.store import Tx

APPROVALS_NEEDED: Final = "approvals_needed"
LONGEST_LIFE_DAYS: Final = "longest_life_days"
REQUEST_LAPSES_DAYS: Final = "request_lapses_days"
REVIEW_DAYS: Final = "review_days"
UNDERTAKING_DAYS: Final = "undertaking_days"
INVITATION_DAYS: Final = "invitation_days"
WORKING_HOURS: Final = "working_hours"
VOLUME_PER_HOUR: Final = "volume_per_hour"
PERSONS_PER_HOUR: Final = "persons_per_hour"
PERSONS_PER_DAY: Final = "persons_per_day"
FREEZE_ON_ALERT: Final = "freeze_on_alert"
NAMES_ON_ME: Final = "names_on_me"

ANY: Final = "any"
SENSITIVE: Final = "sensitive"
"""Under `longest_life_days`: what holds for categories that are not named."""
LIFE_DAYS_MAX: Final = 366
CATEGORIES_MAX: Final = 200
CATEGORY_LENGTH_MAX: Final = 100
MEMO: Final = "access.settings"
DAYS_A_WEEK: Final = 7
MINUTES_A_DAY: Final = 24 * 60
TIME_LENGTH: Final = len("08:00")


class UnknownSettingError(Exception):
    """There is no such setting."""

    def __init__(self, name: str) -> None:
        self.message = Message(mark("There is no setting called %(name)s."), {"name": name})
        super().__init__(name)


class UnfitSettingError(Exception):
    """The value is not within its limits; `message` says which these are."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class Hours(Struct, frozen=True):
    """When members work: from `start` to before `end` ("24:00" at most) on days 1 (Monday) to 7."""

    start: str
    end: str
    days: tuple[int, ...]
    zone: str

    def covers(self, at: datetime) -> bool:
        """Tell whether a moment lies within them, as clocks show it there."""
        there = at.astimezone(zone_of(self.zone))
        minute = there.hour * 60 + there.minute
        began = minutes_of(self.start) <= minute < minutes_of(self.end)
        return began and there.isoweekday() in self.days


class Declared(Struct, frozen=True):
    """A setting: what it is called and does, what holds until it is set, and how it is parsed.

    `parse` takes what was given or stored and returns it within its limits, or raises
    UnfitSettingError; `demand` raises the same on what is not set any more but holds where it was.
    """

    label: str
    tells: str
    default: Any
    parse: Callable[[object], Any]
    demand: Callable[[Any], None] = lambda _: None


def value(where: Tx | str, name: str) -> Any:
    """Return what a setting is now; in a transaction it is looked up once."""
    declared = _declared(name)
    if isinstance(where, str):
        return _read(where, name, declared)
    known: dict[str, Any] = where.memo.setdefault(MEMO, {})
    if name not in known:
        known[name] = _read(where.alias, name, declared)
    return known[name]


def number(where: Tx | str, name: str) -> int:
    """Return a setting that is a number."""
    return int(value(where, name))


def switch(where: Tx | str, name: str) -> bool:
    """Return a setting that is on or off."""
    return bool(value(where, name))


def working_hours(where: Tx | str) -> Hours:
    """Return when members work."""
    found: Hours = value(where, WORKING_HOURS)
    return found


def longest_life(where: Tx | str, category: str, *, sensitive: bool) -> timedelta:
    """Return for how long a grant of a category may be given at most."""
    return timedelta(days=longest_days(where, {category: sensitive})[category])


def longest_days(where: Tx | str, sensitive: Mapping[str, bool]) -> dict[str, int]:
    """Return for how many days categories may be seen at most; each says if it is sensitive."""
    days: Mapping[str, int] = value(where, LONGEST_LIFE_DAYS)
    return {
        name: days.get(name, days[SENSITIVE if is_so else ANY]) for name, is_so in sensitive.items()
    }


def set_setting(tx: Tx, name: str, given: object) -> Setting | None:
    """Set a setting; None if it was so already. Raises UnknownSettingError, UnfitSettingError."""
    turns.change(tx)
    objects.on_house(acting(tx), "settings.edit")
    declared = _declared(name)
    wanted = declared.parse(given)
    declared.demand(wanted)
    before = value(tx, name)
    if wanted == before:
        return None
    stored, stood = msgspec.to_builtins(wanted), msgspec.to_builtins(before)
    about = {"setting": name, "value": stored, "before": stood}
    entry = record(tx, LedgerEntry("access.setting-set", about=about))
    tx.memo.pop(MEMO, None)
    rows = Setting.objects.using(tx.alias)
    return rows.create(name=name, value=stored, at=tx.now, by=tx.actor, entry=entry)


def _declared(name: str) -> Declared:
    if name not in SETTINGS:
        raise UnknownSettingError(name)
    return SETTINGS[name]


def _read(alias: str, name: str, declared: Declared) -> Any:
    row = Setting.objects.using(alias).filter(name=name).order_by("-pk").first()
    if row is None:
        return declared.default
    try:
        return declared.parse(row.value)
    except UnfitSettingError:
        return declared.default  # a release that drew the limits tighter


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return what parses a whole number within two limits."""

    def parse(given: object) -> int:
        if type(given) is int and least <= given <= most:
            return given
        raise UnfitSettingError(
            Message(
                mark("This must be a whole number from %(least)s to %(most)s."),
                {"least": least, "most": most},
            )
        )

    return parse


def yes_or_no(given: object) -> bool:
    """Parse what is on or off."""
    if isinstance(given, bool):
        return given
    raise UnfitSettingError(Message(mark("This must be on or off.")))


def lives(given: object) -> dict[str, int]:
    """Parse the longest lives: days by category, and for all others."""
    days = whole(1, LIFE_DAYS_MAX)
    if not isinstance(given, Mapping) or not {ANY, SENSITIVE} <= set(given):
        raise UnfitSettingError(
            Message(mark("Say how many days for sensitive categories, and for all others."))
        )
    if len(given) > CATEGORIES_MAX or not all(
        isinstance(name, str) and 0 < len(name) <= CATEGORY_LENGTH_MAX for name in given
    ):
        raise UnfitSettingError(Message(mark("Name categories as the register names them.")))
    return {str(name): days(given[name]) for name in sorted(given)}


def sensitive_no_longer(days: Mapping[str, int]) -> None:
    """Refuse a longer life for sensitive categories than for others; one by name is as it says."""
    if days[SENSITIVE] > days[ANY]:
        raise UnfitSettingError(
            Message(mark("Sensitive categories are seen for no longer than all others."))
        )


ready(Hours)


def hours(given: object) -> Hours:
    """Parse working hours."""
    try:
        wanted = given if isinstance(given, Hours) else msgspec.convert(given, Hours)
    except msgspec.ValidationError as error:
        raise UnfitSettingError(
            Message(mark("Working hours have a start, an end, days and a time zone."))
        ) from error
    if not 0 <= minutes_of(wanted.start) < minutes_of(wanted.end) <= MINUTES_A_DAY:
        raise UnfitSettingError(
            Message(mark("Write times as 08:00; working hours begin before they end."))
        )
    days = tuple(sorted(set(wanted.days)))
    if not days or not all(1 <= day <= DAYS_A_WEEK for day in days):
        raise UnfitSettingError(Message(mark("Choose at least one day of the week.")))
    zone_of(wanted.zone)
    return Hours(wanted.start, wanted.end, days, wanted.zone)


def minutes_of(written: str) -> int:
    """Return a time of day as minutes after midnight; -1 for what is none."""
    hour, colon, minute = written.partition(":")
    if len(written) != TIME_LENGTH or not colon or not (hour + minute).isascii():
        return -1
    if not (hour.isdigit() and minute.isdigit()) or int(minute) >= 60:  # noqa: PLR2004 - an hour
        return -1
    return int(hour) * 60 + int(minute)


def zone_of(name: str) -> tzinfo:
    """Return a time zone. Raises UnfitSettingError on one this machine does not know."""
    if name == "UTC":
        return UTC  # a machine without a data base of zones knows this one
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise UnfitSettingError(
            Message(
                mark(
                    "This server does not know the time zone %(zone)s; write it as Asia/Shanghai,"
                    " or UTC."
                ),
                {"zone": name},
            )
        ) from error


SETTINGS: Final[Mapping[str, Declared]] = {
    APPROVALS_NEEDED: Declared(
        mark("Approvals a grant needs"),
        mark("How many other members have to approve before a grant holds."),
        1,
        whole(1, 3),
    ),
    LONGEST_LIFE_DAYS: Declared(
        mark("Longest life of a grant, in days"),
        mark("After so many days a grant ends by itself, whatever was asked for."),
        {ANY: 30, SENSITIVE: 7},
        lives,
        sensitive_no_longer,
    ),
    REQUEST_LAPSES_DAYS: Declared(
        mark("Days after which a request lapses"),
        mark("A request that nobody has decided by then has to be made again."),
        7,
        whole(1, 90),
    ),
    REVIEW_DAYS: Declared(
        mark("Days between reviews of a member"),
        mark("How often somebody looks at whether a member still needs what she may do."),
        92,
        whole(7, 366),
    ),
    UNDERTAKING_DAYS: Declared(
        mark("Days an undertaking holds"),
        mark(
            "After so many days a member signs again; without a signature she sees nobody's data."
        ),
        365,
        whole(30, 366),
    ),
    INVITATION_DAYS: Declared(
        mark("Days an invitation holds"),
        mark("After so many days the link opens nothing any more."),
        7,
        whole(1, 30),
    ),
    WORKING_HOURS: Declared(
        mark("Working hours"),
        mark("A view outside of them raises an alert. Until you set yours they are told in UTC."),
        Hours("08:00", "20:00", (1, 2, 3, 4, 5), "UTC"),
        hours,
    ),
    VOLUME_PER_HOUR: Declared(
        mark("Views an hour that raise an alert"),
        mark("More views by one member in an hour are unusual."),
        60,
        whole(1, 10_000),
    ),
    PERSONS_PER_HOUR: Declared(
        mark("Persons an hour under leave for everybody"),
        mark(
            "To see more persons in an hour, a member asks for leave that names them, or works on"
            " their case."
        ),
        4,
        whole(1, 1000),
    ),
    PERSONS_PER_DAY: Declared(
        mark("Persons a day that raise an alert"),
        mark("More persons viewed by one member in a day are unusual."),
        40,
        whole(1, 10_000),
    ),
    FREEZE_ON_ALERT: Declared(
        mark("Freeze on an alert"),
        mark("Whether an alert stops all grants of the member it is about, until somebody looks."),
        default=False,
        parse=yes_or_no,
    ),
    NAMES_ON_ME: Declared(
        mark("Tell persons the names of members"),
        mark("Whether a person who asks who saw her data is told a name; else the role alone."),
        default=False,
        parse=yes_or_no,
    ),
}
