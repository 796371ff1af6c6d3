"""What changed in a version, in words: each change with its kinds, its demands, its word marks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext, gettext_noop, ngettext
from msgspec import Struct

from troth.policy.change import Change, Demand
from troth.policy.change import Mark as Run
from troth.policy.words import LANGS, Lang
from troth.site.typeset.prose import listed, sentences
from troth.versions.facts import Recorded

KINDS: Final = {
    "5.1": gettext_noop("5.1 purposes, kinds of data, use"),
    "5.2": gettext_noop("5.2 control and organisation"),
    "5.3": gettext_noop("5.3 recipients"),
    "5.4": gettext_noop("5.4 your rights"),
    "5.5": gettext_noop("5.5 department, contact, complaints"),
    "5.6": gettext_noop("5.6 assessed as a high risk"),
    "other": gettext_noop("other"),
    "editorial": gettext_noop("editorial"),
}
WHATS: Final = {
    "added": gettext_noop("added"),
    "removed": gettext_noop("removed"),
    "moved": gettext_noop("moved"),
    "reworded": gettext_noop("reworded"),
    "changed": gettext_noop("changed"),
}
DEMANDS: Final[dict[Demand, str]] = {
    "notice": gettext_noop("a notice"),
    "prominent": gettext_noop("a prominent notice"),
    "in_software": gettext_noop("an explanation in the software itself"),
    "acknowledgement": gettext_noop("that you are asked to acknowledge it"),
    "consent": gettext_noop("your consent"),
    "separate_consent": gettext_noop("your separate consent"),
}
LANGUAGE_NAMES: Final[dict[Lang, tuple[str, str]]] = {
    "zh": ("zh-Hans", gettext_noop("Chinese")),
    "en": ("en", gettext_noop("English")),
}
STATES: Final = {
    "now": gettext_noop("in force"),
    "waiting": gettext_noop("waiting"),
    "past": gettext_noop("no longer in force"),
    "withdrawn": gettext_noop("withdrawn"),
}
STATEMENT: Final = "statement."


class VersionLine(Struct, frozen=True):
    """One version in the list of all: `state` is a key of `STATES`, `word` says it."""

    number: int
    hash: str
    recorded_at: datetime
    since: datetime | None
    until: datetime | None
    withdrawn_at: datetime | None
    state: str
    word: str
    base: int | None
    changes_count: int


class Words(Struct, frozen=True):
    """A rewording in one language."""

    lang: str
    name: str
    runs: Sequence[Run]


class ShownChange(Struct, frozen=True):
    """One change as it is shown."""

    number: int
    title: str
    path: str
    what: str
    kinds: tuple[str, ...]
    harmful: bool
    demands: str
    why: str
    old: str
    new: str
    words: tuple[Words, ...]


class Group(Struct, frozen=True):
    """Changes of the text, or of the register."""

    title: str
    changes: tuple[ShownChange, ...]


class ChangesPage(Struct, frozen=True):
    """Everything the changes template shows; `base` is the version compared with."""

    number: int
    state: str
    word: str
    is_waiting: bool
    recorded_at: datetime
    since: datetime | None
    base: int | None
    lang: str
    summary: str
    harms: bool
    demands: tuple[str, ...]
    groups: tuple[Group, ...]


def version_lines(history: Sequence[Recorded], now: datetime) -> tuple[VersionLine, ...]:
    """Return all versions, the newest first, each with when it held and what it replaced."""
    effects = sorted(
        (r.from_at, r.version.number) for r in history if r.from_at is not None and r.from_at <= now
    )
    current = effects[-1][1] if effects else None
    return tuple(_line(recorded, effects, current) for recorded in history)


def _line(
    recorded: Recorded, effects: Sequence[tuple[datetime, int]], current: int | None
) -> VersionLine:
    stored = recorded.version
    since = recorded.from_at
    until = next((at for at, _ in effects if since is not None and at > since), None)
    before = [n for at, n in effects if at <= stored.recorded_at and n < stored.number]
    state = "past"
    if stored.number == current:
        state = "now"
    elif recorded.withdrawn_at is not None:
        state = "withdrawn"
    elif recorded.is_waiting:
        state = "waiting"
    return VersionLine(
        number=stored.number,
        hash=stored.hash,
        recorded_at=stored.recorded_at,
        since=since,
        until=until,
        withdrawn_at=recorded.withdrawn_at,
        state=state,
        word=gettext(STATES[state]),
        base=before[-1] if before else None,
        changes_count=len(stored.change_list),
    )


def changes_page(line: VersionLine, changes: Sequence[Change], lang: Lang) -> ChangesPage:
    """Return what changed in a version, in the active language."""
    demanded = {demand for change in changes for demand in change.demands}
    harmful = sum(change.harmful for change in changes)
    text: list[ShownChange] = []
    register: list[ShownChange] = []
    for number, change in enumerate(changes, start=1):
        kind = text if change.path.startswith(STATEMENT) else register
        kind.append(_shown(number, change))
    groups = (
        Group(gettext("The text"), tuple(text)),
        Group(gettext("The register"), tuple(register)),
    )
    return ChangesPage(
        number=line.number,
        state=line.state,
        word=line.word,
        is_waiting=line.state == "waiting",
        recorded_at=line.recorded_at,
        since=line.since,
        base=line.base,
        lang="zh-Hans" if lang == "zh" else "en",
        summary=_summary(len(changes), harmful, line.base),
        harms=harmful > 0,
        demands=tuple(gettext(says) for demand, says in DEMANDS.items() if demand in demanded),
        groups=tuple(group for group in groups if group.changes),
    )


def _summary(count: int, harmful: int, base: int | None) -> str:
    says = ngettext(
        "%(count)s change against version %(base)s.",
        "%(count)s changes against version %(base)s.",
        count,
    )
    harms = ngettext(
        "%(harmful)s of them can harm your rights.",
        "%(harmful)s of them can harm your rights.",
        harmful,
    )
    return sentences(
        says % {"count": count, "base": base}, harms % {"harmful": harmful} if harmful else ""
    )


def _shown(number: int, change: Change) -> ShownChange:
    return ShownChange(
        number=number,
        title=_title(change),
        path=change.path.removeprefix(STATEMENT),
        what=gettext(WHATS[change.what]),
        kinds=tuple(gettext(says) for kind, says in KINDS.items() if kind in change.kinds),
        harmful=change.harmful,
        demands=listed(gettext(says) for key, says in DEMANDS.items() if key in change.demands),
        why=change.why.render(gettext),
        old=change.old,
        new=change.new,
        words=tuple(
            Words(LANGUAGE_NAMES[lang][0], gettext(LANGUAGE_NAMES[lang][1]), change.words[lang])
            for lang in LANGS
            if lang in change.words
        ),
    )


def _title(change: Change) -> str:
    return gettext("Sentence") if change.path.startswith(STATEMENT) else gettext("Entry")
