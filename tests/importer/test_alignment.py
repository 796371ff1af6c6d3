"""Texts of different lengths are set side by side, however long they are."""

import pytest

from troth.policy.importer.align import align, feature

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("extra", [[3], [40, 41, 42], list(range(100, 160)), [0], [1199]])
def test_what_stands_in_one_language_only_is_alone_and_all_else_keeps_its_partner(
    extra: list[int],
) -> None:
    count = 1200
    numbered = [n * 7 + 10_000 for n in range(count)]
    chinese = [f"我们将记录{n}保存在系统中。" for n in numbered]
    english = [f"We keep record {n} in our systems." for n in numbered]
    for place in reversed(extra):
        english.insert(place, "And this is only said here.")
    sides = [[feature(("sentence", 0), text) for text in side] for side in (chinese, english)]
    pairs = align(*sides, merge=False)
    alone = [e[0] for z, e in pairs if not z]
    assert len(alone) == len(extra)
    together = [(chinese[z[0]], english[e[0]]) for z, e in pairs if z and e]
    assert len(together) == count
    assert all(z[5:10] == e[15:20] for z, e in together)
