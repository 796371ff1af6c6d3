"""The tree and its proofs are those of RFC 6962 and RFC 9162."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.ledger import merkle
from troth.ledger.merkle import ProofError

VECTORS: Final = json.loads((Path(__file__).parent / "rfc6962-vectors.json").read_text())
LEAVES: Final = [merkle.leaf_hash(n.to_bytes(2)) for n in range(300)]


def by_definition(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    """Return MTH of RFC 6962, 2.1, word by word, of the leaves from one number up to another.

    What it told is kept, as the same parts are asked for again and again.
    """

    @cache
    def mth(begin: int, end: int) -> bytes:
        if begin >= end:
            return merkle.EMPTY
        if end - begin == 1:
            return leaves[begin]
        k = 1
        while k * 2 < end - begin:
            k *= 2
        return merkle.node_hash(mth(begin, begin + k), mth(begin + k, end))

    return mth


MTH: Final = by_definition(LEAVES)


def subtree(level: int, index: int) -> bytes:
    return MTH(index << level, min((index + 1) << level, len(LEAVES)))


def test_the_roots_are_those_of_the_reference() -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves_hex"]]
    roots = [merkle.root(leaves[: n + 1]).hex() for n in range(len(leaves))]
    assert roots == VECTORS["root_hex_by_size"]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == merkle.EMPTY


@given(st.integers(1, 300))
def test_a_root_is_as_defined(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == MTH(0, size)


@given(st.data())
def test_a_leaf_is_shown_to_be_under_its_root_and_nowhere_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(subtree, index, size)
    root = MTH(0, size)
    merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index or size == 1))
    if size > 1:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(LEAVES[index], other, size, path, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[index], index, size, [*path, root], root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[index], index, size, path, merkle.EMPTY)


@given(st.data())
def test_a_tree_is_shown_to_begin_another_and_no_third(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    path = merkle.consistency_proof(subtree, old, new)
    old_root, new_root = MTH(0, old), MTH(0, new)
    merkle.verify_consistency(old, new, old_root, new_root, path)
    for wrong in ((merkle.EMPTY, new_root, path), (old_root, merkle.EMPTY, path)):
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, *wrong)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, new, old_root, new_root, [*path, new_root])
    if path:
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, new, old_root, new_root, path[:-1])


@pytest.mark.parametrize(("index", "size"), [(1, 1), (5, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        merkle.inclusion_proof(subtree, index, size)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_proof_for_a_tree_that_begins_none(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        merkle.consistency_proof(subtree, old, new)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, new, LEAVES[0], LEAVES[1], [])
