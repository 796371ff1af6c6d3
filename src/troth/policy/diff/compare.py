"""The whole difference of two versions: sentences in reading order, then the register by path."""

from collections.abc import Iterable, Iterator, Mapping

from troth.policy.change import Change, Demand, Kind, Mark
from troth.policy.diff import asking
from troth.policy.diff.marks import marks, tokens
from troth.policy.diff.paths import Difference, as_text, differences
from troth.policy.diff.statements import Sentence, by_id, renames, sentences
from troth.policy.diff.table import RULES
from troth.policy.diff.weighing import Context, Verdict
from troth.policy.diff.wording import Vocabulary
from troth.policy.document import Statement, Version
from troth.policy.register import Binding, Register
from troth.policy.words import LANGS, Lang, Message, StatementId, Text

Demands = frozenset[Demand]
_EDITORIAL: frozenset[Kind] = frozenset({"editorial"})
_OTHER: frozenset[Kind] = frozenset({"other"})


def diff(old: Version, new: Version) -> tuple[Change, ...]:
    """Return every difference between two versions, classed by the table *What a change is*.

    Sentences come first, in reading order, then the register sorted by path. Two versions with
    the same sentences, layout and register differ in nothing, whatever their hashes.
    """
    vocabulary = Vocabulary(
        _register_words(old.register, new.register),
        (s.text for s in old.statements),
        (s.text for s in new.statements),
    )
    marked = _in_software(old.register) or _in_software(new.register)
    renamed = renames(old, new)
    context = Context(old.register, new.register, vocabulary, renamed)
    found = [_of_sentence(s, marked=marked) for s in sentences(old, new, renamed, vocabulary)]
    bindings = _bindings(old, new, renamed)
    register = differences(old.register, new.register, bindings)
    found += [_of_register(d, context, marked=marked) for d in register]
    return tuple(found)


def demands(changes: Iterable[Change]) -> Demands:
    """Return what all changes together demand before they take effect."""
    return frozenset[Demand]().union(*(c.demands for c in changes))


def is_major(changes: Iterable[Change]) -> bool:
    """Say whether a change must be shown prominently: 5.1 to 5.6, or *other* that harms."""
    return "prominent" in demands(changes)


def needs_nothing(changes: Iterable[Change]) -> bool:
    """Say whether all changes are editorial: they may take effect at once, without notice."""
    return not demands(changes)


def demanded(kinds: frozenset[Kind], *, harmful: bool, in_software: bool) -> Demands:
    """Return the notices that kinds and harm demand (consents come apart, see `asking`).

    `in_software`: some service of the old or the new register is marked for notices in the
    software itself.
    """
    if kinds <= _EDITORIAL:
        return frozenset()
    if not harmful and kinds <= _OTHER | _EDITORIAL:
        return frozenset({"notice"})
    found: set[Demand] = {"notice", "prominent"}
    if in_software:
        found.add("in_software")
        if harmful:
            found.add("acknowledgement")
    return frozenset(found)


def _of_sentence(s: Sentence, *, marked: bool) -> Change:
    return Change(
        path=f"statement.{s.id}",
        what=s.what,
        kinds=s.kinds,
        harmful=s.verdict.harmful,
        demands=demanded(s.kinds, harmful=s.verdict.harmful, in_software=marked),
        why=_why(s.verdict),
        old=as_text(s.old),
        new=as_text(s.new),
        words=s.words,
    )


def _of_register(d: Difference, context: Context, *, marked: bool) -> Change:
    rule = RULES[d.pattern]
    verdict = rule.weigh(d, context)
    kinds = _EDITORIAL if verdict.editorial else rule.kinds
    asked = asking.consents(d, context) if verdict.wider or verdict.asks else asking.NONE
    old, new = as_text(d.old), as_text(d.new)
    return Change(
        path=d.path,
        what=d.what,
        kinds=kinds,
        harmful=verdict.harmful,
        demands=demanded(kinds, harmful=verdict.harmful, in_software=marked) | asked,
        why=_why(verdict, old=old, new=new),
        old=old,
        new=new,
        words=_words(d),
    )


def _why(verdict: Verdict, *, old: str = "", new: str = "") -> Message:
    values = {"old": old or "–", "new": new or "–", **verdict.values}
    needed = {k: v for k, v in values.items() if f"%({k})s" in verdict.why}
    return Message(verdict.why, needed)


def _words(d: Difference) -> Mapping[Lang, tuple[Mark, ...]]:
    if not (isinstance(d.old, Text) and isinstance(d.new, Text)):
        return {}
    return {x: marks(tokens(d.old[x]), tokens(d.new[x])) for x in LANGS if d.old[x] != d.new[x]}


def _in_software(register: Register) -> bool:
    return any(s.in_software_notice for s in register.service.values())


def _register_words(*registers: Register) -> Iterator[Text | str]:
    for register in registers:
        for field in register.__struct_fields__:
            table = getattr(register, field)
            if isinstance(table, Mapping) and field != "statement":
                for key, entry in table.items():
                    yield key
                    yield entry.label
        for category in register.category.values():
            for key, datum in category.fields.items():
                yield key
                yield datum.label


def _bindings(
    old: Version, new: Version, renamed: Mapping[StatementId, StatementId]
) -> tuple[dict[str, Binding], dict[str, Binding]]:
    """Return the bindings in effect, under the new ids, of the statements both versions have.

    The change of an added or removed sentence speaks for its binding too. Bindings without a
    statement in either version (`retired` ids) are compared as they stand.
    """
    before, after = by_id(old), by_id(new)
    was = {id_: renamed.get(id_, id_) for id_ in after}
    sides: tuple[dict[str, Binding], dict[str, Binding]] = ({}, {})
    for id_, old_id in was.items():
        if old_id in before:
            sides[0][id_] = _binding(old.register, before[old_id])
            sides[1][id_] = _binding(new.register, after[id_])
    for side, version in zip(sides, (old, new), strict=True):
        for key, binding in version.register.statement.items():
            if key not in before and key not in after:
                side[key] = binding
    return sides


def _binding(register: Register, s: Statement) -> Binding:
    bound = register.statement.get(s.id)
    if bound is not None:
        return bound
    return Binding(kind=s.kind, kept_by=s.kept_by, reading=s.reading)
