"""What the page about records says of refusals is what the code refuses by."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from troth import collection, gate
from troth.collection.calls import UNFIT, UNKNOWN
from troth.collection.codes import SAYS
from troth.collection.deciding import PLACES, UNDECLARED
from troth.collection.kinds import LENGTH, TYPE
from troth.collection.refusals import OTHER
from troth.gate import reasons

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
EVENTS: Final = frozenset({"event-undeclared", "event-mismatch", "client-undeclared"})
"""Of usage data, which come as events and not as records."""
ACCEPTED: Final = "acceptance-is-no-consent"
"""Of what is told that nobody tells about records: an acceptance."""


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def by_the_gate() -> set[str]:
    """Return every code of a no that the gate's collecting and using may say."""
    folder = Path(gate.__file__).parent
    said = {
        node.value
        for name in ("collect", "use", "consents")
        for node in nodes(folder / f"{name}.py")
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return (said & set(reasons.NO) | {"suspended"}) - EVENTS - {ACCEPTED}


def by_collection() -> set[str]:
    """Return every code that is written where something is refused."""
    found = {UNFIT[1], UNKNOWN[1], TYPE, LENGTH, OTHER, *UNDECLARED, *PLACES}
    for path in Path(collection.__file__).parent.glob("*.py"):
        for node in nodes(path):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused":
                codes = [one for one in node.args[1:2] if isinstance(one, ast.Constant)]
                found |= {str(one.value) for one in codes}
    return found


def test_every_code_of_a_refusal_has_its_words() -> None:
    assert by_the_gate() | by_collection() == set(SAYS)


def test_every_code_of_a_refusal_is_in_the_table_of_the_page() -> None:
    section = PAGE.partition("\n## Refusals")[2].partition("\n## ")[0]
    rows = [row.split("|")[2] for row in section.splitlines() if re.match(r"\| \d{3} \|", row)]
    assert {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} == set(SAYS) - {OTHER}
