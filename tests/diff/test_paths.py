"""Each path of the register has a rule, and the differences name each path that changed."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from tests.diff.build import get, put, register, text, version
from troth.policy.change import Change
from troth.policy.diff import diff
from troth.policy.diff.paths import as_text, members, patterns
from troth.policy.diff.table import RULES
from troth.policy.register import Register
from troth.policy.words import Text


def declared(shape: Any, path: str) -> Iterator[str]:
    """Yield every path a type allows, read by msgspec and not by the code under test."""
    match shape:
        case inspect.StructType(cls=cls) if cls is Text:
            yield path
        case inspect.StructType():
            if path:
                yield path
            for field in shape.fields:
                name = {"visitor_secret_days": "retention.visitor_secret_days"}.get(
                    field.encode_name, field.encode_name
                )
                name = "binding" if not path and name == "statement" else name
                yield from declared(field.type, f"{path}.{name}".lstrip("."))
        case inspect.DictType():
            yield from declared(shape.value_type, f"{path}.*")
        case inspect.UnionType():
            (real,) = (t for t in shape.types if not isinstance(t, inspect.NoneType))
            yield from declared(real, path)
        case _:
            yield path


def test_every_declared_path_has_a_rule_and_every_rule_a_path() -> None:
    found = set(declared(inspect.type_info(Register), ""))
    assert len(found) > 150
    assert found == set(RULES)


def test_the_walk_knows_every_declared_path() -> None:
    assert set(patterns()) == set(declared(inspect.type_info(Register), ""))


def test_a_new_field_without_a_rule_is_found() -> None:
    class Wider(Register, frozen=True, kw_only=True):
        broadcast: str = ""

    assert set(declared(inspect.type_info(Wider), "")) - set(RULES) == {"broadcast"}
    assert "broadcast" in {m.key for m in members(Wider)}


def test_an_entry_added_is_one_change_and_shows_what_it_holds() -> None:
    old = register()
    new = put(old, "purpose.ads", get(old, "purpose.running"))
    (change,) = diff(version(register_=old), version(register_=new))
    assert (change.path, change.what, change.old) == ("purpose.ads", "added", "")
    assert "basis = contract" in change.new


def test_two_fields_of_one_entry_are_two_changes_by_path() -> None:
    old = register()
    new = put(put(old, "cookie.visitor.lifetime_days", 60), "cookie.visitor.grammar", "[a-z]+")
    changes = diff(version(register_=old), version(register_=new))
    assert [c.path for c in changes] == ["cookie.visitor.grammar", "cookie.visitor.lifetime_days"]


def test_an_entry_under_another_name_is_one_gone_and_one_come() -> None:
    old = register()
    new = put(put(old, "right.copy", None), "right.copies", get(old, "right.copy"))
    changes = diff(version(register_=old), version(register_=new))
    assert [(c.path, c.what, c.harmful) for c in changes] == [
        ("right.copies", "added", False),
        ("right.copy", "removed", True),
    ]


def test_a_text_of_the_register_carries_marks_in_the_language_that_differs() -> None:
    new = put(register(), "right.copy.channel", text("By letter", "在您的页面"))
    change: Change = diff(version(), version(register_=new))[0]
    assert set(change.words) == {"en"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (("a", "b"), "a, b"),
        ((("page", "time"), ("ip",)), "page+time, ip"),
        (text("Copy", "副本"), "副本 / Copy"),
        (30, "30"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value: object, shown: str) -> None:
    assert as_text(value) == shown


def test_the_order_of_a_table_is_no_difference() -> None:
    old = register()
    turned = {
        name: dict(reversed(list(table.items())))
        for name in Register.__struct_fields__
        if isinstance(table := getattr(old, name), dict)
    }
    new = msgspec.structs.replace(old, **turned)
    assert diff(version(register_=old), version(register_=new)) == ()
