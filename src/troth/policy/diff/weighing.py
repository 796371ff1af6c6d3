"""How one difference of a register is weighed: harmful, widening, asking for a consent, editorial.

Each function makes a `Weigh` for the table in `table.py`. Where it is open whether a change
harms, it does: the stricter reading.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from troth.policy.cookie_names import covers
from troth.policy.diff import reasons, wording
from troth.policy.diff.paths import Difference, as_text
from troth.policy.diff.wording import Vocabulary, Wording
from troth.policy.register import Register
from troth.policy.words import StatementId, Text


class Context(Struct, frozen=True):
    """Both registers whole, the words they and the sentences use, and what was renamed.

    `renamed` gives the old id of each sentence that stands under a new one.
    """

    old: Register
    new: Register
    vocabulary: Vocabulary
    renamed: Mapping[StatementId, StatementId]


class Verdict(Struct, frozen=True):
    """What a change amounts to, and the sentence that says so.

    `wider`: something was added or widened, so a consent it rests on must be asked anew; `asks`:
    a consent must be asked though nobody is harmed; `editorial` overrides the row's kinds.
    """

    why: str
    harmful: bool = False
    wider: bool = False
    asks: bool = False
    editorial: bool = False
    values: Mapping[str, str] = {}


Weigh = Callable[[Difference, Context], Verdict]

REMOVED_WORSE = Verdict(reasons.REMOVED_WORSE, harmful=True)
ADDED_WIDER = Verdict(reasons.ADDED_WIDER, harmful=True, wider=True)
EXCHANGED_WORSE = Verdict(reasons.EXCHANGED_WORSE, harmful=True)
EXCHANGED_WIDER = Verdict(reasons.EXCHANGED_WORSE, harmful=True, wider=True)


def entry_added_harms(d: Difference, _: Context) -> Verdict:
    """Weigh an entry or a value whose arrival widens what is done; its removal harms nobody."""
    return ADDED_WIDER if d.what == "added" else Verdict(reasons.REMOVED)


def entry_removed_harms(d: Difference, _: Context) -> Verdict:
    """Weigh an entry or a value that protects people: its removal harms."""
    return REMOVED_WORSE if d.what == "removed" else Verdict(reasons.ADDED)


def removed_harms(d: Difference, _: Context) -> Verdict:
    """Weigh a value any other of which is as good; only its absence harms."""
    if d.new in (None, "", ()):
        return REMOVED_WORSE
    return Verdict(reasons.ADDED if d.what == "added" else reasons.EXCHANGED)


def pointer(d: Difference, context: Context) -> Verdict:
    """Weigh which sentence tells of an entry; the same one under a new id is no change."""
    if d.new and context.renamed.get(d.new) == d.old:
        return Verdict(reasons.FOLLOWS, editorial=True)
    return removed_harms(d, context)


def harmless(d: Difference, _: Context) -> Verdict:
    """Weigh a value that harms nobody whichever it is."""
    by_what = {"added": reasons.ADDED, "removed": reasons.REMOVED, "changed": reasons.EXCHANGED}
    return Verdict(by_what[d.what])


def exchange_harms(d: Difference, _: Context) -> Verdict:
    """Weigh a value that names something another of which is a new thing (a purpose, a partner)."""
    if d.what == "added":
        return ADDED_WIDER
    return Verdict(reasons.REMOVED) if d.what == "removed" else EXCHANGED_WIDER


def more_harms(unset: float, *, wider: bool = False) -> Weigh:
    """Return the weighing of a number that harms when it grows; `unset` stands for no number."""

    def weigh(d: Difference, _: Context) -> Verdict:
        if _number(d.new, unset) > _number(d.old, unset):
            return Verdict(reasons.MORE_WORSE, harmful=True, wider=wider)
        return Verdict(reasons.LESS)

    return weigh


def less_harms(unset: float, *, wider: bool = False) -> Weigh:
    """Return the weighing of a number that harms when it falls; `unset` stands for no number."""

    def weigh(d: Difference, _: Context) -> Verdict:
        if _number(d.new, unset) < _number(d.old, unset):
            return Verdict(reasons.LESS_WORSE, harmful=True, wider=wider)
        return Verdict(reasons.MORE)

    return weigh


def _number(value: Any, unset: float) -> float:
    return unset if value is None else value


def widening_harms(d: Difference, _: Context) -> Verdict:
    """Weigh a list that harms by each thing it gains."""
    return widened(gained(d.old, d.new), gained(d.new, d.old))


def narrowing_harms(d: Difference, _: Context) -> Verdict:
    """Weigh a list that protects people: it harms by each thing it loses."""
    more, less = gained(d.old, d.new), gained(d.new, d.old)
    if less:
        return Verdict(reasons.LOST, harmful=True, values={"less": as_text(less)})
    return Verdict(reasons.GAINED, values={"more": as_text(more)}) if more else _REORDERED


_REORDERED = Verdict(reasons.REORDERED, editorial=True)


def gained(old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    """Return what stands in the new list and not in the old."""
    return tuple(item for item in new if item not in old)


def widened(more: tuple[Any, ...], less: tuple[Any, ...]) -> Verdict:
    """Return the verdict on a list that gained `more` and lost `less`."""
    if more:
        return Verdict(reasons.WIDER, harmful=True, wider=True, values={"more": as_text(more)})
    return Verdict(reasons.NARROWER, values={"less": as_text(less)}) if less else _REORDERED


def cookie_names(d: Difference, _: Context) -> Verdict:
    """Weigh the names of a cookie; a name the old ones (`visit*`) cover is no new one."""
    more = tuple(n for n in d.new if not any(covers(o, n) for o in d.old))
    less = tuple(o for o in d.old if not any(covers(n, o) for n in d.new))
    return widened(more, less)


def combinations(d: Difference, _: Context) -> Verdict:
    """Weigh the sets of fields that identify together: more of them is more sensitive data."""
    old, new = ([tuple(sorted(c)) for c in value] for value in (d.old, d.new))
    return widened(gained(old, new), gained(new, old))


def rising_harms(order: Sequence[Any], why: str, else_why: str) -> Weigh:
    """Return the weighing of a value of an ordered set that harms when it rises."""

    def weigh(d: Difference, _: Context) -> Verdict:
        if order.index(d.new) > order.index(d.old):
            return Verdict(why, harmful=True, wider=True)
        return Verdict(else_why)

    return weigh


def falling_harms(ranks: Mapping[Any, int]) -> Weigh:
    """Return the weighing of a protection that harms when its rank falls."""

    def weigh(d: Difference, _: Context) -> Verdict:
        if ranks[d.new] < ranks[d.old]:
            return Verdict(reasons.WEAKENED, harmful=True)
        return Verdict(reasons.EXCHANGED)

    return weigh


def leaving_consent_harms(consents: Mapping[str, int]) -> Weigh:
    """Return the weighing of a ground: `consents` ranks the values that rest on a consent."""

    def weigh(d: Difference, _: Context) -> Verdict:
        before, after = consents.get(d.old, 0), consents.get(d.new, 0)
        if after < before:
            return Verdict(reasons.CONSENT_REPLACED, harmful=True)
        if after > before:
            return Verdict(reasons.CONSENT_ASKED, asks=True)
        return Verdict(reasons.EXCHANGED)

    return weigh


_GROUNDS = {"contract": 0, "consent": 1, "law": 2}
"""Grounds of a release, the one that lets least out last: an agreement of ours, a person's own
yes, an order nobody may refuse."""


def release_ground(d: Difference, _: Context) -> Verdict:
    """Weigh the ground of a release: a weaker one harms, and so does one that asks nobody."""
    if d.old == "consent":
        return Verdict(reasons.CONSENT_REPLACED, harmful=True)
    if _GROUNDS[d.new] < _GROUNDS[d.old]:
        return Verdict(reasons.WEAKENED, harmful=True, wider=True)
    if d.new == "consent":
        return Verdict(reasons.CONSENT_ASKED, asks=True)
    return Verdict(reasons.EXCHANGED)


def cookie_class(d: Difference, _: Context) -> Verdict:
    """Weigh a cookie's class: a partner gains it, or no choice is asked for it any more."""
    if d.new == "partner":
        return EXCHANGED_WIDER
    if d.new == "necessary":
        return Verdict(reasons.CONSENT_REPLACED, harmful=True)
    if d.old == "necessary":
        return Verdict(reasons.CONSENT_ASKED, asks=True)
    return Verdict(reasons.EXCHANGED)


def region(d: Difference, _: Context) -> Verdict:
    """Weigh a region added or removed: an opt-in region protects its places."""
    if d.what == "removed" and d.old.mode == "opt-in":
        return REMOVED_WORSE
    if d.what == "added" and d.new.mode == "opt-out":
        return Verdict(reasons.ADDED, harmful=True)
    return harmless(d, _)


def region_places(d: Difference, context: Context) -> Verdict:
    """Weigh a region's places: an opt-in region harms by what it loses, an opt-out one by gains."""
    (key,) = d.keys
    verdicts = []
    if context.old.region[key].mode == "opt-in":
        verdicts.append(narrowing_harms(d, context))
    if context.new.region[key].mode == "opt-out":
        verdicts.append(widening_harms(d, context))
    verdicts.append(harmless(d, context))  # opt-out became opt-in: the mode tells of it
    return next((v for v in verdicts if v.harmful), verdicts[0])


def retention_used(d: Difference, context: Context) -> Verdict:
    """Weigh the retention a category points to by its days; another start can't be compared."""
    before, after = context.old.retention.get(d.old), context.new.retention.get(d.new)
    if before is None or after is None:
        return EXCHANGED_WORSE
    days = [math.inf if r.days is None else r.days for r in (before, after)]
    same_start = wording.presentation_only(before.start, after.start)
    shorter = days[1] <= days[0] and (same_start or days[0] == math.inf)
    return Verdict(reasons.EXCHANGED) if shorter else EXCHANGED_WORSE


def field_class(classes: Sequence[str]) -> Weigh:
    """Return the weighing of a field's own class, which overrides its category's."""

    def weigh(d: Difference, context: Context) -> Verdict:
        category, _ = d.keys
        before = d.old or context.old.category[category].data_class
        after = d.new or context.new.category[category].data_class
        if classes.index(after) > classes.index(before):
            return Verdict(reasons.SENSITIVITY_UP, harmful=True, wider=True)
        return Verdict(reasons.SENSITIVITY_DOWN)

    return weigh


def right_address(d: Difference, _: Context) -> Verdict:
    """Weigh where a right is exercised: no place, or no page any more, is harder."""
    if not d.new or (_is_page(d.old) and not _is_page(d.new)):
        return Verdict(reasons.HARDER, harmful=True)
    return Verdict(reasons.EXCHANGED)


def _is_page(address: str) -> bool:
    return address.startswith(("/", "https://", "http://"))


def later_harms(d: Difference, _: Context) -> Verdict:
    """Weigh a date by which something is looked at again: none, or a later one, is weaker."""
    if d.new is None or (d.old is not None and d.new > d.old):
        return Verdict(reasons.WEAKENED, harmful=True)
    return Verdict(reasons.EXCHANGED)


def reworded(d: Difference, context: Context) -> Verdict:
    """Weigh a text like a sentence of the policy: removed, risky, editorial or open."""
    if d.what == "added":
        return Verdict(reasons.ADDED)
    if d.what == "removed" or not (d.new.zh.strip() and d.new.en.strip()):
        return REMOVED_WORSE
    return of_wording(wording.compare(d.old, d.new, context.vocabulary))


def named(*, harmful: bool) -> Weigh:
    """Return the weighing of a text that names somebody: another name is somebody else."""

    def weigh(d: Difference, _: Context) -> Verdict:
        if d.what != "changed":
            return Verdict(reasons.ADDED if d.what == "added" else reasons.REMOVED)
        if wording.presentation_only(d.old, d.new):
            return Verdict(reasons.PRESENTATION, editorial=True)
        return EXCHANGED_WIDER if harmful else Verdict(reasons.EXCHANGED)

    return weigh


def controller_named(d: Difference, _: Context) -> Verdict:
    """Weigh who the controller is; filling in what the operator had left open exchanges nobody."""
    left_open = "{fill:" in (d.old.zh + d.old.en if isinstance(d.old, Text) else d.old)
    if isinstance(d.old, Text) and wording.presentation_only(d.old, d.new):
        return Verdict(reasons.PRESENTATION, editorial=True)
    return Verdict(reasons.EXCHANGED) if left_open else EXCHANGED_WORSE


def rewording_harms(d: Difference, context: Context) -> Verdict:
    """Weigh a text that sets a bound itself: in other words it may be a weaker one."""
    verdict = reworded(d, context)
    return verdict if verdict.editorial else EXCHANGED_WORSE


def contact_edited(d: Difference, _: Context) -> Verdict:
    """Weigh a contact: any edit counts, white space too; only its removal harms."""
    empty = isinstance(d.new, Text) and not (d.new.zh.strip() and d.new.en.strip())
    if d.what == "removed" or d.new == "" or empty:
        return REMOVED_WORSE
    return Verdict(reasons.ADDED if d.what == "added" else reasons.EXCHANGED)


def of_wording(change: Wording) -> Verdict:
    """Return the verdict on a rewording."""
    if change.editorial is not None:
        by_reason = {
            "presentation": reasons.PRESENTATION,
            "link": reasons.LINK,
            "misprint": reasons.MISPRINT,
        }
        return Verdict(by_reason[change.editorial], editorial=True)
    if change.risky:
        return Verdict(reasons.RISKY, harmful=True, values={"terms": ", ".join(change.risky)})
    return Verdict(reasons.REWORDED)
