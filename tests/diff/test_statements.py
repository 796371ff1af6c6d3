"""Sentences added, removed, moved and renamed, and the sabotages of chapter 5."""

from typing import Any

import msgspec
import pytest

from tests.diff.build import SENTENCES, S, between, get, put, register, reworded, statement, version
from troth.policy.diff import diff, is_major
from troth.policy.document import Line, Version
from troth.policy.words import StatementId


def without(name: str) -> Version:
    return version(tuple(s for s in SENTENCES if s.id != name))


@pytest.mark.parametrize("name", ["data", "never", "ask", "words", "visit"])
def test_a_deleted_sentence_is_never_minor(name: str) -> None:
    change = between(version(), without(name))
    assert (change.path, change.what) == (f"statement.{name}", "removed")
    assert change.kinds == {"other"}
    assert change.harmful is True
    assert is_major([change])
    assert change.words["en"][0].what == "deleted"


def test_a_deleted_heading_harms_nobody() -> None:
    change = between(version(), without("top"))
    assert (change.what, change.harmful) == ("removed", False)
    assert change.demands == {"notice"}


@pytest.mark.parametrize(
    ("kind", "en", "harmful"),
    [
        ("promise", "We will delete it.", False),
        ("right", "You can object.", False),
        ("heading", "More", False),
        ("practice", "We may share your address.", True),
        ("practice", "The colour is blue.", False),
    ],
)
def test_a_new_sentence_harms_where_it_takes_and_not_where_it_gives(
    *, kind: str, en: str, harmful: bool
) -> None:
    change = between(version(), version((*SENTENCES, statement("new", en, "新。", kind=kind))))
    assert (change.what, change.harmful) == ("added", harmful)
    assert change.kinds == {"other"}
    assert "notice" in change.demands


def test_a_sentence_moved_is_editorial_and_the_others_stay() -> None:
    order = (*SENTENCES[:1], *SENTENCES[2:], SENTENCES[1])
    change = between(version(), version(order))
    assert (change.path, change.what) == ("statement.data", "moved")
    assert change.kinds == {"editorial"}
    assert change.demands == frozenset()


def test_a_sentence_under_another_heading_has_moved() -> None:
    assert between(version(), reworded("never", section="words")).what == "moved"


def relaid(**given: Any) -> Version:
    old = version()
    lines: dict[Any, tuple[Line, ...]] = {
        lang: tuple(
            msgspec.structs.replace(line, **given) if line.id == "never" else line for line in lines
        )
        for lang, lines in old.lines.items()
    }
    return msgspec.structs.replace(old, lines=lines)


@pytest.mark.parametrize(
    "given", [{"role": "item"}, {"mark": "3.1"}, {"level": 2}, {"opens": True}]
)
def test_another_layout_is_a_move(given: dict[str, Any]) -> None:
    change = between(version(), relaid(**given))
    assert (change.path, change.what) == ("statement.never", "moved")
    assert change.kinds == {"editorial"}


def test_a_line_pushed_into_a_new_paragraph_by_another_has_not_moved() -> None:
    new = relaid(opens=True)
    sentences = tuple(s for s in SENTENCES if s.id != "data")
    lines = {x: tuple(i for i in new.lines[x] if i.id != "data") for x in new.lines}
    new = msgspec.structs.replace(new, statements=sentences, lines=lines)
    assert [(c.path, c.what) for c in diff(version(), new)] == [("statement.data", "removed")]


def renamed(**given: Any) -> Version:
    return version(
        tuple(
            msgspec.structs.replace(s, id=StatementId("never-ever"), **given)
            if s.id == "never"
            else s
            for s in SENTENCES
        )
    )


def test_the_same_words_under_another_id_are_a_rename() -> None:
    old = version(register_=put(register(), "binding.never", None))
    new = msgspec.structs.replace(renamed(), register=old.register)
    change = between(old, new)
    assert (change.path, change.what) == ("statement.never-ever", "moved")
    assert change.kinds == {"editorial"}
    assert change.why.values == {"old_id": "never"}


def test_a_rename_carries_its_binding_along() -> None:
    weaker = {"never-ever": msgspec.structs.replace(get(register(), "binding.never"), kept_by=())}
    new = msgspec.structs.replace(
        renamed(), register=msgspec.structs.replace(register(), statement=weaker)
    )
    changes = diff(version(), new)
    assert [(c.path, c.harmful) for c in changes] == [
        ("statement.never-ever", False),
        ("binding.never-ever.kept_by", True),
    ]


def test_an_entry_that_follows_its_renamed_sentence_is_editorial() -> None:
    plain_register = put(register(), "binding.never", None)
    old = version(register_=put(plain_register, "cites.view", StatementId("never")))
    new = msgspec.structs.replace(
        renamed(), register=put(plain_register, "cites.view", StatementId("never-ever"))
    )
    changes = diff(old, new)
    assert [c.path for c in changes] == ["statement.never-ever", "cites.view"]
    assert all(c.kinds == {"editorial"} for c in changes)
    other = msgspec.structs.replace(new, register=put(plain_register, "cites.view", S))
    assert diff(old, other)[1].demands == {"notice"}


def test_nearly_the_same_words_under_another_id_are_a_rename_and_a_rewording() -> None:
    words = statement("x", "We will not sell your data!", "我们不会出售您的数据。").text
    plain_register = put(register(), "binding.never", None)
    old = version(register_=plain_register)
    new = msgspec.structs.replace(renamed(text=words), register=plain_register)
    assert [(c.what, sorted(c.kinds)) for c in diff(old, new)] == [
        ("reworded", ["editorial"]),
        ("moved", ["editorial"]),
    ]


def test_other_words_under_another_id_are_one_gone_and_one_come() -> None:
    words = statement("x", "Something else altogether is said.", "说的完全是另一件事。").text
    changes = diff(version(), renamed(text=words))
    assert {c.what for c in changes} == {"added", "removed"}


def test_a_promise_made_advice_is_weakened() -> None:
    plain_register = put(register(), "binding.never", None)
    old = version(register_=plain_register)
    new = msgspec.structs.replace(reworded("never", kind="advice"), register=plain_register)
    change = between(old, new)
    assert (change.path, change.harmful) == ("binding.never.kind", True)


def test_an_id_used_twice_by_mistake_does_not_differ_from_itself() -> None:
    twice = version((*SENTENCES, statement("never", "Never say never.", "永不说永不。")))
    assert diff(twice, twice) == ()


def test_changes_come_in_reading_order_then_by_path() -> None:
    new = version(
        tuple(s for s in reworded("ask", en="You can get a copy.").statements if s.id != "data"),
        put(register(), "cookie.visitor.lifetime_days", 60),
    )
    assert [c.path for c in diff(version(), new)] == [
        "statement.data",
        "statement.ask",
        "cookie.visitor.lifetime_days",
    ]


def sabotaged() -> list[tuple[str, Version]]:
    base = register()
    changes: list[tuple[str, str, Any]] = [
        ("5.1", "purpose.ads", get(base, "purpose.running")),
        ("5.2", "controller.name", msgspec.structs.replace(get(base, "controller.name"), en="B")),
        ("5.3", "recipient.bank", get(base, "recipient.post")),
        (
            "5.4",
            "right.copy.channel",
            msgspec.structs.replace(get(base, "right.copy.channel"), zh=""),
        ),
        ("5.5", "contact.email", "other@example.com"),
    ]
    return [(kind, version(register_=put(base, path, to))) for kind, path, to in changes]


@pytest.mark.parametrize(("kind", "new"), sabotaged(), ids=[k for k, _ in sabotaged()])
def test_what_chapter_5_calls_major_is_never_minor(kind: str, new: Version) -> None:
    changes = diff(version(), new)
    assert {k for c in changes for k in c.kinds} == {kind}
    assert is_major(changes)


def test_no_change_of_a_text_is_an_assessment() -> None:
    from troth.policy.diff.table import RULES  # noqa: PLC0415 - read here alone

    assert not any("5.6" in rule.kinds for rule in RULES.values())
