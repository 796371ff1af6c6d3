"""The sentences of two versions by id: added, removed, renamed, moved, reworded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from rapidfuzz import fuzz

from troth.policy.change import Kind, Mark, What
from troth.policy.diff import reasons, wording
from troth.policy.diff.weighing import Verdict, of_wording
from troth.policy.diff.wording import Vocabulary
from troth.policy.document import Line, Statement, Version
from troth.policy.lexicon import terms
from troth.policy.moves import unmoved
from troth.policy.words import LANGS, Lang, StatementId, Text

RENAME_LIKENESS_PERCENT: Final = 90
RENAME_PAIRS_MAX: Final = 20_000
"""Above this many pairs to compare only the very same words count as a rename."""


class Sentence(Struct, frozen=True):
    """One difference of a sentence; `editorial` verdicts override its kind, which is *other*."""

    id: StatementId
    what: What
    verdict: Verdict
    old: Text | None
    new: Text | None
    words: Mapping[Lang, tuple[Mark, ...]] = {}

    @property
    def kinds(self) -> frozenset[Kind]:
        """*editorial* where the verdict says so, else *other*."""
        return frozenset({"editorial" if self.verdict.editorial else "other"})


def by_id(version: Version) -> dict[StatementId, Statement]:
    """Return the sentences by id, in reading order; of an id used twice (an error) the last."""
    return {s.id: s for s in version.statements}


def renames(old: Version, new: Version) -> dict[StatementId, StatementId]:
    """Return which new ids stand for which old ones: the same or nearly the same words and kind."""
    before, after = by_id(old), by_id(new)
    gone = {s.id: s for s in before.values() if s.id not in after}
    came = [s for s in after.values() if s.id not in before]
    found: dict[StatementId, StatementId] = {}
    by_words = {(s.kind, s.text.zh, s.text.en): s.id for s in gone.values()}
    for s in came:
        same = by_words.get((s.kind, s.text.zh, s.text.en))
        if same is not None and gone.pop(same, None) is not None:
            found[s.id] = same
    came = [s for s in came if s.id not in found]
    if len(came) * len(gone) <= RENAME_PAIRS_MAX:
        for s in came:
            near = _nearest(s, gone.values())
            if near is not None:
                found[s.id] = near
                del gone[near]
    return found


def _nearest(new: Statement, gone: Iterable[Statement]) -> StatementId | None:
    likeness, nearest = max(((_likeness(old, new), old.id) for old in gone), default=(0, None))
    return nearest if likeness >= RENAME_LIKENESS_PERCENT else None


def _likeness(old: Statement, new: Statement) -> float:
    """Return how alike two sentences are in the language in which they are less so, in percent."""
    if old.kind != new.kind:
        return 0
    limit = RENAME_LIKENESS_PERCENT
    return min(fuzz.ratio(old.text[lang], new.text[lang], score_cutoff=limit) for lang in LANGS)


def sentences(
    old: Version, new: Version, renamed: Mapping[StatementId, StatementId], vocabulary: Vocabulary
) -> Iterator[Sentence]:
    """Yield the differences of the sentences in reading order, removed ones where they stood."""
    before, after = by_id(old), by_id(new)
    moved = _moved(old, new, renamed)
    kept = {*after, *renamed.values()}
    removed = [s for s in before.values() if s.id not in kept]
    waiting = _by_follower(before.values(), removed)
    yield from map(_removed, waiting.get(None, ()))
    for s in after.values():
        was = before.get(renamed.get(s.id, s.id))
        if was is None:
            yield _added(s)
            continue
        yield from _changed(was, s, vocabulary, moved=s.id in moved)
        yield from map(_removed, waiting.get(was.id, ()))


def _by_follower(
    old: Iterable[Statement], removed: list[Statement]
) -> dict[StatementId | None, list[Statement]]:
    """Return the removed sentences by the kept one they stood behind (None: at the beginning)."""
    gone = {s.id for s in removed}
    groups: dict[StatementId | None, list[Statement]] = {}
    kept: StatementId | None = None
    for s in old:
        if s.id in gone:
            groups.setdefault(kept, []).append(s)
        else:
            kept = s.id
    return groups


def _added(s: Statement) -> Sentence:
    verdict = Verdict(reasons.SENTENCE_ADDED)
    if s.kind in ("practice", "definition", "advice"):
        risky = [t.word for lang in LANGS for t in terms(s.text[lang], lang)]
        if risky:  # a promise, a right or a heading gives; the others may take
            values = {"terms": ", ".join(dict.fromkeys(risky))}
            verdict = Verdict(reasons.SENTENCE_ADDED_RISKY, harmful=True, values=values)
    words = {lang: (Mark("inserted", s.text[lang]),) for lang in LANGS}
    return Sentence(s.id, "added", verdict, None, s.text, words)


def _removed(s: Statement) -> Sentence:
    if s.kind == "heading":
        verdict = Verdict(reasons.HEADING_REMOVED)
    elif s.kind in ("promise", "right"):
        verdict = Verdict(reasons.PROMISE_REMOVED, harmful=True)
    else:
        verdict = Verdict(reasons.SENTENCE_REMOVED, harmful=True)
    words = {lang: (Mark("deleted", s.text[lang]),) for lang in LANGS}
    return Sentence(s.id, "removed", verdict, s.text, None, words)


def _changed(
    was: Statement, s: Statement, vocabulary: Vocabulary, *, moved: bool
) -> Iterator[Sentence]:
    if was.text != s.text:
        change = wording.compare(was.text, s.text, vocabulary)
        yield Sentence(s.id, "reworded", of_wording(change), was.text, s.text, change.words)
    if was.id != s.id:
        verdict = Verdict(reasons.RENAMED, editorial=True, values={"old_id": was.id})
        yield Sentence(s.id, "moved", verdict, was.text, s.text)
    elif moved:
        verdict = Verdict(reasons.MOVED, editorial=True)
        yield Sentence(s.id, "moved", verdict, was.text, s.text)


def _moved(
    old: Version, new: Version, renamed: Mapping[StatementId, StatementId]
) -> frozenset[StatementId]:
    """Return the sentences in another order, section or layout, under their new ids."""
    before = by_id(old)
    place = {id_: i for i, id_ in enumerate(before)}
    kept = [s for s in by_id(new).values() if renamed.get(s.id, s.id) in place]
    was = {s.id: renamed.get(s.id, s.id) for s in kept}
    stays = unmoved([place[was[s.id]] for s in kept])
    found = {s.id for i, s in enumerate(kept) if i not in stays}
    for s in kept:
        section = StatementId(s.section)
        if renamed.get(section, section) != before[was[s.id]].section:
            found.add(s.id)
    for lang in LANGS:
        then = _layout(old.lines.get(lang, ()), {})
        now = _layout(new.lines.get(lang, ()), renamed)
        found.update(s.id for s in kept if _differs(then.get(was[s.id]), now.get(was[s.id])))
    return frozenset(found)


class _Place(Struct, frozen=True):
    role: str
    mark: str
    level: int
    opens: bool
    follows: StatementId | None


def _layout(
    lines: Iterable[Line], renamed: Mapping[StatementId, StatementId]
) -> dict[StatementId, _Place]:
    found: dict[StatementId, _Place] = {}
    follows: StatementId | None = None
    for line in lines:
        known = renamed.get(line.id, line.id)
        found[known] = _Place(line.role, line.mark, line.level, line.opens, follows)
        follows = known
    return found


def _differs(old: _Place | None, new: _Place | None) -> bool:
    if old is None or new is None:
        return False
    if (old.role, old.mark, old.level) != (new.role, new.mark, new.level):
        return True
    # behind another sentence a line may begin a paragraph without having moved itself
    return old.opens != new.opens and old.follows == new.follows
