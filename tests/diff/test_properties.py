"""What holds for any two versions."""

import string
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diff.build import SENTENCES, put, register, statement, version
from tests.diff.test_table import BASE, ROWS
from troth.policy.diff import demands, diff
from troth.policy.diff.marks import marks, tokens
from troth.policy.document import Version
from troth.policy.register import Register
from troth.policy.words import LANGS

PIECES = st.one_of(
    st.sampled_from(
        ["We ", "will ", "not ", "may ", "sell ", "30 ", "days ", "我们", "不", "会", "出售", "，"]
    ),
    st.text(
        st.sampled_from(string.ascii_letters + " .,'-()[]/:0123456789我们数据天三十。\n\u3000é"),
        max_size=8,
    ),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_marks_hold_both_texts_exactly(old: str, new: str) -> None:
    found = marks(tokens(old), tokens(new))
    assert "".join(m.text for m in found if m.what != "inserted") == old
    assert "".join(m.text for m in found if m.what != "deleted") == new
    assert all(m.text for m in found)
    whats = [m.what for m in found]
    assert all(a != b for a, b in pairwise(whats))


@st.composite
def versions(draw: st.DrawFn) -> Version:
    count = draw(st.integers(0, 6))
    kinds = st.sampled_from(["promise", "practice", "right", "definition", "advice", "heading"])
    extra = [
        statement(f"s.{draw(st.integers(0, 8))}-{i}", draw(TEXTS), draw(TEXTS), kind=draw(kinds))
        for i in range(count)
    ]
    kept = [s for s in SENTENCES if draw(st.booleans())]
    order = draw(st.permutations([*kept, *extra]))
    changed: Register = BASE
    for row in draw(st.lists(st.sampled_from(ROWS), max_size=4, unique_by=_top)):
        changed = put(changed, row[0], row[1])
    return version(tuple(order), changed)


def _top(row: tuple[Any, ...]) -> str:
    """Return which entry a row changes: rows of different entries never collide."""
    table, *rest = str(row[0]).split(".")
    return table if table in ("controller", "contact", "notice", "cites") else f"{table}.{rest[0]}"


@given(versions())
def test_a_version_does_not_differ_from_itself(v: Version) -> None:
    assert diff(v, v) == ()


@settings(max_examples=60)
@given(versions(), versions())
def test_every_difference_of_a_sentence_is_told_and_its_marks_hold_both_texts(
    old: Version, new: Version
) -> None:
    changes = {(c.path, c.what): c for c in diff(old, new)}
    before = {s.id: s for s in old.statements}
    for s in new.statements:
        if s.id in before and before[s.id].text != s.text:
            words = changes[(f"statement.{s.id}", "reworded")].words
            for lang in LANGS:
                if lang not in words:
                    assert before[s.id].text[lang] == s.text[lang]
                    continue
                kept = [m.text for m in words[lang] if m.what != "inserted"]
                assert "".join(kept) == before[s.id].text[lang]
    told = {c.path.removeprefix("statement.") for c in changes.values()} | {
        str(c.why.values.get("old_id", "")) for c in changes.values()
    }
    assert {str(i) for i in {s.id for s in new.statements} ^ set(before)} <= told


@settings(max_examples=60)
@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=5, unique_by=_top))
def test_every_register_path_that_changed_is_told_and_nothing_else(rows: list[Any]) -> None:
    changed = BASE
    for row in rows:
        changed = put(changed, row[0], row[1])
    told = {c.path for c in diff(version(), version(register_=changed))}
    assert told == {row[0] for row in rows}


@settings(max_examples=60)
@given(versions(), versions())
def test_what_two_versions_demand_is_what_each_change_demands(old: Version, new: Version) -> None:
    changes = diff(old, new)
    for change in changes:
        assert change.kinds
        assert ("editorial" in change.kinds) <= (change.kinds == {"editorial"})
        assert (change.kinds == {"editorial"}) == (not change.demands)
        assert change.kinds != {"editorial"} or not change.harmful
        assert not change.harmful or "prominent" in change.demands
        assert change.why.render(str)
    assert demands(changes) == frozenset().union(*(c.demands for c in changes))


@settings(max_examples=60)
@given(versions(), st.randoms(use_true_random=False))
def test_the_order_of_tables_and_lists_of_names_changes_nothing(v: Version, rng: Any) -> None:
    def shuffled(table: dict[str, Any]) -> dict[str, Any]:
        items = list(table.items())
        rng.shuffle(items)
        return dict(items)

    tables = {
        name: shuffled(table)
        for name in Register.__struct_fields__
        if isinstance(table := getattr(v.register, name), dict)
    }
    turned = msgspec.structs.replace(v, register=msgspec.structs.replace(v.register, **tables))
    assert diff(v, turned) == ()
    assert diff(version(), v) == diff(version(), turned)


def test_the_small_register_fills_every_table() -> None:
    assert all(getattr(register(), name) for name in Register.__struct_fields__)
