"""A policy's tree is the same whatever format its text comes in, and nothing is lost on the way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import cases
from tests.importer.trees import FORMATS, SUFFIX, Format, Tree, expected, rendered, trees
from troth.policy.document import Line
from troth.policy.importer import Imported, import_policy
from troth.policy.read import plain, read
from troth.policy.words import LANGS, Lang


def lines_of(imported: Imported, lang: Lang, *, numbered: bool) -> list[tuple[str, int, str]]:
    """Return (role, level, text) of each line; a number of the plain-text format is layout."""
    version = read(imported.files)
    assert version.problems == ()
    return [(line.role, line.level, _text(line, numbered=numbered)) for line in version.lines[lang]]


def _text(line: Line, *, numbered: bool) -> str:
    mark = "" if (numbered and line.role == "heading") or line.mark == "-" else line.mark
    text = plain(line.text.replace("\\|", "¦")).replace("¦", "|")
    return re.sub(r"\s+", "", mark + text)


@pytest.mark.parametrize("form", FORMATS)
@cases(len(FORMATS))
@given(tree=trees(), together=st.booleans())
def test_any_tree_comes_back_from_any_format(form: Format, tree: Tree, together: bool) -> None:  # noqa: FBT001 - drawn
    texts = {lang: rendered(tree, lang, form) for lang in LANGS}
    if together and form != "html":
        files = {f"policy.{SUFFIX[form]}": f"{texts['zh']}\n\n{texts['en']}".encode()}
    else:
        files = {f"{lang}.{SUFFIX[form]}": texts[lang].encode() for lang in LANGS}
    imported = import_policy(files, previous=None, keep_noise=False)
    assert imported.noise == ()
    assert imported.unaligned == ()
    for lang in LANGS:
        found = lines_of(imported, lang, numbered=form == "txt")
        assert found == expected(tree, lang, form)


@cases(2)  # each imports twice
@given(tree=trees())
def test_importing_again_changes_nothing(tree: Tree) -> None:
    files = {f"{lang}.md": rendered(tree, lang, "atx").encode() for lang in LANGS}
    once = import_policy(files, previous=None, keep_noise=False)
    twice = import_policy(files, previous=read(once.files), keep_noise=False)
    assert twice.files == once.files
    assert twice.report.new == twice.report.retired == ()
