"""Whatever the bytes, reading gives a version or one clear refusal, and checking gives findings."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.compiler.base import CONTROLS, folder
from tests.conftest import cases
from troth.policy.check import check
from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.read import _read, plain, read
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

NAMES: Final = ("en.md", "zh.md", "policy.toml")
SCRAPS: Final = st.sampled_from(
    ["\n", "{#", "}", "#", "- ", "  ", "|", "<!--", "-->", "[", "]", "=", '"', "'''", "\r", "、",
     "极", "\u200b", "30", "三十", "![](", "<b>", "`", "[[x]]", "{fill:", "不", "[statement.x]\n",
     "{#cookies}", "names = [1]\n", "\ufeff", "\x0b", "\u2028"]
)  # fmt: skip
READS_SO_LONG: Final = 5
"""How many times as long as a text of some words the bundled policy is checked."""
TEXTS: Final = st.lists(st.one_of(SCRAPS, st.text(max_size=8)), max_size=30).map("".join)


def compiled(files: dict[str, bytes]) -> tuple[Diagnostic, ...]:
    try:
        found = check(read(files), CONTROLS)
    except UnreadablePolicyError as refused:
        found = refused.diagnostics
        assert found
    for one in found:
        assert one.message.render(str)
        assert one.mend.render(str)
        assert one.line >= 0
        assert one.column <= one.end_column
    return found


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=200)))
def test_any_bytes_are_read_or_refused(files: dict[str, bytes]) -> None:
    compiled(files)


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, TEXTS)))
def test_any_text_is_read_or_refused(texts: dict[str, str]) -> None:
    compiled({name: text.encode() for name, text in texts.items()})


@cases(READS_SO_LONG)
@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.integers(0, 40), TEXTS)
def test_any_damage_to_the_bundled_policy_is_told_and_never_a_crash(
    name: str, start: int, length: int, put: str
) -> None:
    files = dict(BUNDLED)
    content = files[name].decode()
    start %= len(content)
    files[name] = (content[:start] + put + content[start + length :]).encode()
    compiled(files)


@given(TEXTS)
def test_any_text_added_to_a_valid_policy_gives_the_same_findings_twice(text: str) -> None:
    files = folder()
    files["en.md"] += text.encode()
    first = compiled(files)
    _read.cache_clear()
    assert compiled(files) == first


@given(st.text(max_size=200))
def test_any_text_has_a_visible_text(text: str) -> None:
    plain(text)


BUNDLED: Final = read_folder(bundled_policy())
