"""`docs/evidence.md` lists the controls there are."""

from pathlib import Path

from troth.evidence import discover
from troth.evidence.combine import VERDICT_SIGNS, VERDICT_WORDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence.md"


def test_the_page_lists_every_control_with_what_it_proves_and_its_sabotages() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("<!-- controls: begin -->")[1].split("<!-- controls: end -->")[0]
    rows = table.strip().splitlines()[2:]
    assert rows == [
        f"| `{control.name}` | {control.proves.render(str)} |"
        f" {' '.join(f'`{sabotage.name}`' for sabotage in control.sabotages)} |"
        for control in discover()
    ]


def test_the_page_explains_every_mark() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for verdict, sign in VERDICT_SIGNS.items():
        assert f"| {sign} | {VERDICT_WORDS[verdict]} · " in text
