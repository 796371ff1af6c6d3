"""Every reason is a sentence in both languages, and is documented."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from troth.gate import reasons

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "src/troth/gate/locale/zh_Hans/LC_MESSAGES/django.po"
TEMPLATES = {r.code: r.message.template for r in reasons.YES} | dict(reasons.NO)
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_reason_renders_in_chinese_and_in_english(code: str, chinese: dict[str, str]) -> None:
    template = TEMPLATES[code]
    values = dict.fromkeys(PLACE.findall(template), "x")
    assert re.search(r"[\u4e00-\u9fff]", chinese[template] % values)
    assert set(PLACE.findall(chinese[template])) == set(values)
    assert (template % values).endswith(".")


def test_codes_are_unique() -> None:
    assert len(TEMPLATES) == len(reasons.YES) + len(reasons.NO)


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_reason_is_documented(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
