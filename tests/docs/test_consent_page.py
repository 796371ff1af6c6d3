"""What the page about consents says of calls holds: its example is taken, its codes are all."""

import re
from pathlib import Path

import pytest
from msgspec import json

from tests.api.cast import STATISTICS, begin, outside
from tests.docs import console
from troth.consent.refused import CODES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")
CONSENTS = "/v1/consents"


def test_the_example_of_a_choice_is_taken() -> None:
    begin()
    back = outside()
    assert back.get(f"{CONSENTS}?subject=user-42&lang=en").status_code == 404
    known = back.post(CONSENTS, {**example("0" * 64, "0" * 64), "choices": {STATISTICS: False}})
    assert known.status_code == 200
    asked = back.get(f"{CONSENTS}?subject=user-42&lang=en").json()
    hashes = {one["about"]: one["hash"] for one in asked["asked"]}
    told = back.post(CONSENTS, example(asked["version"], hashes[STATISTICS]))
    assert told.status_code == 200, told.content
    assert told.json()["changed"] == [STATISTICS, "purpose.visitor-count"]


def test_every_code_a_choice_is_refused_with_stands_on_the_page() -> None:
    told = set(re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", PAGE, flags=re.MULTILINE))
    assert {(str(status), code) for status, code in CODES.values()} <= told


def example(version: str, words: str) -> dict[str, object]:
    (block,) = (one for one in console.blocks(PAGE) if one.language == "json")
    text = "\n".join(block.lines).replace("<version>", version).replace("<hash>", words)
    told: dict[str, object] = json.decode(text)
    return told
