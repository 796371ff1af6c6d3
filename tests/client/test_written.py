"""What is written about the client is so: its examples run, and print what stands beside them."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.client.served import Served
from tests.docs import console

ROOT: Final = Path(__file__).resolve().parents[2]
PRINTS: Final = re.compile(r"print\(.*\)  # (.+)")
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", ["client/README.md", "docs/client.md"])
def test_the_examples_of_a_page_print_what_they_say(
    page: str, keyed_troth: Served, user: str, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = console.blocks((ROOT / page).read_text(encoding="utf-8"))
    code = "\n".join("\n".join(one.lines) for one in blocks if one.language == "python")
    told = {
        "https://privacy.example.com": keyed_troth.url,
        "troth_sk_…": keyed_troth.key,
        "user-4711": user,
        'f"user-{n}"': f'f"{user}-{{n}}"',
        "profile-4711-7": f"profile-{user}",
    }
    for written, meant in told.items():
        code = code.replace(written, meant)
    names: dict[str, object] = {}
    exec(compile(code, page, "exec"), names)  # noqa: S102 - our own page
    expected = [found[1] for line in code.splitlines() if (found := PRINTS.search(line))]
    assert expected
    assert capsys.readouterr().out.splitlines() == expected
    names["troth"].close()  # type: ignore[attr-defined]  # each page calls its client so
