"""Every code has a page, and every page's example does what it says."""

import pytest

from tests.compiler.base import codes, findings, folder
from tests.compiler.pages import CODES, FOLDER, examples
from troth.policy.codes import RULES


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert set(CODES) == set(RULES)


def test_the_index_lists_every_code_with_its_severity_and_title() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for code, rule in RULES.items():
        assert f"| [{code}]({code}.md) | {rule.severity} | {rule.title} |" in index


def test_the_policy_the_examples_are_put_on_has_no_finding() -> None:
    assert findings(folder()) == ()


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_gives_the_code(code: str) -> None:
    wrong, _ = examples(code)
    assert code in codes(wrong.files, wrong.surface)


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_gives_no_other_error(code: str) -> None:
    wrong, _ = examples(code)
    others = {d.code for d in findings(wrong.files, wrong.surface) if d.severity == "error"}
    assert others <= {code}


@pytest.mark.parametrize("code", CODES)
def test_the_mended_example_gives_it_no_more_and_no_error(code: str) -> None:
    _, mended = examples(code)
    found = findings(mended.files, mended.surface)
    assert code not in {d.code for d in found}
    assert [d.code for d in found if d.severity == "error"] == []


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_the_title_and_severity_of_its_code(code: str) -> None:
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code} · {RULES[code].title}\n\nSeverity: {RULES[code].severity}\n")
