"""The policy page: the document, its contents, its register and its state, ready for a template."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext
from msgspec import Struct

from troth.policy.document import Version
from troth.policy.read import plain
from troth.policy.words import Lang, StatementId
from troth.site.typeset.blocks import Pair, Sentence, Typesetter, contents
from troth.site.typeset.marks import LegendLine, Mark, legend
from troth.site.typeset.prose import sentences
from troth.site.typeset.register import Tables, tables


class Waiting(Struct, frozen=True):
    """The version that is recorded and not in force."""

    number: int
    recorded_at: datetime


class State(Struct, frozen=True):
    """Where a version stands: its number, since when it holds, what waits to replace it.

    `is_past` is true of a page that shows a version other than the one in force.
    """

    number: int
    since: datetime | None
    waiting: Waiting | None = None
    is_past: bool = False


class PolicyPage(Struct, frozen=True):
    """Everything the policy template shows."""

    title: str
    has_title: bool
    number: int
    since: datetime | None
    waiting: Waiting | None
    is_past: bool
    other_lang: str
    contents: Sequence[Sentence]
    pairs: tuple[Pair, ...]
    register: Tables
    summary: str
    legend: tuple[LegendLine, ...]


def policy_page(
    version: Version, state: State, marks: Mapping[StatementId, Mark], lang: Lang, *, both: bool
) -> PolicyPage:
    """Set a version in a language, or with `both` beside the other one."""
    title = next((x for x in version.lines[lang] if x.role == "heading" and x.level == 1), None)
    return PolicyPage(
        title=gettext("Privacy policy") if title is None else plain(title.text),
        has_title=title is not None,
        number=state.number,
        since=state.since,
        waiting=state.waiting,
        is_past=state.is_past,
        other_lang="en" if lang == "zh" else "zh-Hans",
        contents=[s for s in contents(version, lang) if title is None or s.id != title.id],
        pairs=Typesetter(version, lang, marks).pairs(both=both),
        register=tables(version, lang),
        summary=_summary(marks),
        legend=legend() if marks else (),
    )


def _summary(marks: Mapping[StatementId, Mark]) -> str:
    """Say how many promises are kept, in one sentence that hides nothing."""
    kept = sum(mark.verdict == "kept" for mark in marks.values())
    broken = sum(mark.verdict == "broken" for mark in marks.values())
    shown = gettext("%(kept)s of %(all)s sentences are shown to be kept.")
    wrong = ngettext("%(broken)s is broken.", "%(broken)s are broken.", broken)
    return sentences(
        shown % {"kept": kept, "all": len(marks)},
        wrong % {"broken": broken} if broken else "",
        gettext("What do the marks mean?"),
    )
