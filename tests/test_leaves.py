"""A permit opens values, and a decision makes one: both are made by the gate and by nobody else."""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

import pytest

from tests.sources import SOURCE, nodes, source_files

LEAVES: Final = frozenset({"Permit", "Permits", "Decision"})
"""What the gate alone makes, as it opens values."""


@pytest.mark.parametrize(
    ("names", "home"),
    [({"Permit", "Permits"}, "gate/permit.py"), ({"Decision"}, "gate/reasons.py")],
)
def test_a_permit_and_a_decision_are_made_in_one_place_of_the_gate(
    names: set[str], home: str
) -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in source_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names
    }
    assert found == {home}


def test_no_permit_and_no_decision_is_made_under_another_name() -> None:
    """Not by an alias, a subclass, a copy with changes or a conversion either."""
    assert [
        f"{path.relative_to(SOURCE).as_posix()}:{line}"
        for path in source_files()
        for line in _by_the_back_door(nodes(path))
        if path.parent != SOURCE / "gate"
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "from troth.gate import Permits as P",
        "make = Permits",
        "make: type = gate.Permit",
        "make = partial(Permits, decision)",
        "def make(kind=Permits): ...",
        "class All(Permits): ...",
        "class All(gate.Permit, frozen=True): ...",
        "everybody = structs.replace(leave, persons=everybody)",
        "everybody = msgspec.structs.replace(permit, person=who)",
        "structs.force_setattr(leave, 'persons', everybody)",
        "convert({}, Permits)",
        "Decoder(Decision)",
        "object.__new__(Permits)",
        "copy.replace(leave, persons=everybody)",
    ],
)
def test_a_permit_made_by_the_back_door_is_seen(line: str) -> None:
    assert list(_by_the_back_door(list(ast.walk(ast.parse(line))))) == [1]


def _by_the_back_door(found: Sequence[ast.AST]) -> Iterator[int]:
    """Yield the lines where one of the names is more than a type, or one of such is changed."""
    types = {id(part) for node in found for spot in _typed(node) for part in ast.walk(spot)}
    for node in found:
        match node:
            case ast.ImportFrom(names=names, lineno=line):
                is_wrong = any(one.name in LEAVES and one.asname for one in names)
            case ast.Name(id=name, lineno=line) | ast.Attribute(attr=name, lineno=line):
                is_wrong = name in LEAVES and id(node) not in types
            case ast.Call(func=called, args=[changed, *_], lineno=line):
                does = ast.unparse(called).split(".")[-1]
                is_wrong = does in {"replace", "force_setattr"} and _names_a_leave(changed)
            case _:
                continue
        if is_wrong:
            yield line


def _typed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what of a node names types alone: annotations, and what something is compared with."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]):
            yield kind
        case ast.arg() | ast.AnnAssign() if node.annotation is not None:
            yield node.annotation
        case ast.Subscript(value=ast.Name(id="tuple"), slice=parts):
            yield parts
        case ast.FunctionDef(returns=ast.AST() as returned):
            yield returned


def _names_a_leave(node: ast.AST) -> bool:
    """Tell whether something is called as permits and decisions are called here."""
    return ast.unparse(node).split(".")[-1] in {"leave", "permit", "permits", "decision"}
