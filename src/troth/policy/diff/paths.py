"""Register paths: every value of a register by name, and the differences between two registers.

Grammar, the same names as in `policy.toml`: `controller.name` (a table that occurs once),
`cookie.visitor` (an entry), `cookie.visitor.lifetime_days` (its field),
`category.account.fields.email.required` (an entry inside an entry), `source.records.permissions.DE`
(one item of a labelled list), `retention.visitor_secret_days`. What binds a statement stands under
`binding.<statement id>.kept_by`. An entry added or removed is one difference, not one a field.
A *pattern* is a path with `*` for each name the operator chose: `cookie.*.lifetime_days`.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from troth.policy.register import Binding, Register
from troth.policy.words import Text

Shape = Literal["value", "table", "entries"]

_RENAMED = {"visitor_secret_days": "retention.visitor_secret_days", "statement": "binding"}
"""Register fields whose path is not their name."""


class Difference(Struct, frozen=True):
    """One register path whose value differs; None stands for what is not there.

    `keys` are the names for which the pattern has `*`.
    """

    path: str
    pattern: str
    what: Literal["added", "removed", "changed"]
    old: Any
    new: Any
    keys: tuple[str, ...]


class Member(Struct, frozen=True):
    """One field of a register class: its Python name, its path name, its shape, what it holds."""

    name: str
    key: str
    shape: Shape
    holds: Any


def patterns() -> Iterator[str]:
    """Yield the pattern of every register path there can be."""
    for member in members(Register):
        yield from _patterns(member, _RENAMED.get(member.key, member.key))


def differences(
    old: Register, new: Register, bindings: tuple[Mapping[str, Binding], Mapping[str, Binding]]
) -> Iterator[Difference]:
    """Yield every path at which two registers differ, sorted by path.

    `bindings` stand in for the registers' own: those in effect for the statements of each version.
    """
    found: list[Difference] = []
    for member in members(Register):
        key = _RENAMED.get(member.key, member.key)
        before, after = getattr(old, member.name), getattr(new, member.name)
        if key == "binding":
            before, after = bindings
        found += _differences(member, before, after, (key, key, ()))
    return iter(sorted(found, key=lambda d: d.path))


@cache
def members(table: type[Struct]) -> tuple[Member, ...]:
    """Return the fields of a register class and what each of them holds."""
    hints = get_type_hints(table)
    return tuple(
        Member(f.name, f.encode_name, *_shape(hints[f.name])) for f in msgspec.structs.fields(table)
    )


def _shape(hint: Any) -> tuple[Shape, Any]:
    if get_origin(hint) in (Union, UnionType):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if get_origin(hint) is Mapping:
        return "entries", get_args(hint)[1]
    if isinstance(hint, type) and issubclass(hint, Struct) and hint is not Text:
        return "table", hint
    return "value", hint


def _patterns(member: Member, pattern: str) -> Iterator[str]:
    if member.shape == "entries":
        pattern += ".*"
    yield pattern
    shape, holds = _shape(member.holds)
    if shape == "table":
        for inner in members(holds):
            yield from _patterns(inner, f"{pattern}.{inner.key}")


Place = tuple[str, str, tuple[str, ...]]
"""Path, pattern and keys of where a value stands."""


def _differences(member: Member, old: Any, new: Any, place: Place) -> Iterator[Difference]:
    if old == new:
        return
    if member.shape != "entries":
        yield from _one(member.holds, old, new, place)
        return
    path, pattern, keys = place
    for key in sorted({*old, *new}):
        inner = (f"{path}.{key}", f"{pattern}.*", (*keys, key))
        yield from _one(member.holds, old.get(key), new.get(key), inner)


def _one(holds: Any, old: Any, new: Any, place: Place) -> Iterator[Difference]:
    if old == new:
        return
    path, pattern, keys = place
    if _shape(holds)[0] == "value" or old is None or new is None:
        what: Literal["added", "removed", "changed"] = "changed"
        if old is None or new is None:
            what = "added" if old is None else "removed"
        yield Difference(path, pattern, what, old, new, keys)
        return
    for inner in members(holds):
        before, after = getattr(old, inner.name), getattr(new, inner.name)
        spot = (f"{path}.{inner.key}", f"{pattern}.{inner.key}", keys)
        yield from _differences(inner, before, after, spot)


def as_text(value: Any) -> str:
    """Return a register value as people read it: lists by commas, both languages by a slash."""
    match value:
        case Text():
            return f"{value.zh} / {value.en}"
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join("+".join(v) if isinstance(v, tuple) else str(v) for v in value)
        case Mapping():
            return ", ".join(f"{key} ({as_text(item)})" for key, item in value.items())
        case Struct():
            parts = ((m.key, getattr(value, m.name)) for m in members(type(value)))
            return "; ".join(f"{k} = {as_text(v)}" for k, v in parts if v not in (None, (), {}))
    return "" if value is None else str(value)
