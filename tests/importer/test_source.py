"""The source text is the measure: forty statements, six noise characters, nothing lost."""

import re
from pathlib import Path
from typing import Final

import pytest

from troth.policy.importer import Imported, import_policy
from troth.policy.read import plain, read
from troth.policy.words import LANGS

SOURCE: Final = Path(__file__).parent / "policies" / "source.txt"
NOISE: Final = [(9, 102), (14, 47), (25, 11), (25, 26), (43, 180), (45, 1)]


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_policy({"source.txt": SOURCE.read_bytes()}, previous=None, keep_noise=False)


def test_it_has_forty_statements_in_six_sections(imported: Imported) -> None:
    assert imported.report.statements == 40
    assert list(imported.report.sections.values()) == [5, 6, 8, 3, 5, 13]
    assert imported.unaligned == ()


def test_the_six_intruders_are_named_with_their_places(imported: Imported) -> None:
    assert [(n.line, n.column) for n in imported.noise] == NOISE
    assert [n.text for n in imported.noise] == ["极"] * 5 + ["<极 p>"]
    assert all(n.removed for n in imported.noise)
    assert b"\xe6\x9e\x81" not in b"".join(imported.files.values())


def test_noise_is_kept_on_demand_and_still_reported() -> None:
    kept = import_policy({"source.txt": SOURCE.read_bytes()}, previous=None, keep_noise=True)
    assert [(n.line, n.column) for n in kept.noise] == NOISE
    assert not any(n.removed for n in kept.noise)
    assert "您极 如何" in kept.files["zh.md"].decode()
    assert "messages极 you" in kept.files["en.md"].decode()


def test_nothing_is_lost_and_nothing_invented(imported: Imported) -> None:
    version = read(imported.files)
    assert version.problems == ()
    raw = SOURCE.read_text(encoding="utf-8")
    raw = raw.replace("<极 p>", "").replace("极 ", "").replace("极", "")
    expected = re.sub(r"^- |\s", "", raw, flags=re.MULTILINE)
    found = "".join(
        (line.mark if line.mark != "-" else "") + plain(line.text)
        for lang in LANGS
        for line in version.lines[lang]
    )
    assert re.sub(r"\s", "", found) == expected


def test_a_semicolon_between_two_whole_clauses_makes_two_statements(imported: Imported) -> None:
    lines = imported.files["en.md"].decode().splitlines()
    assert any(";" in line and line.partition(" {#")[0].endswith("support;") for line in lines)
    assert any(line.startswith("or we can obtain usage data") for line in lines)


def test_only_the_act_of_its_own_leaves_its_item(imported: Imported) -> None:
    lines = imported.files["zh.md"].decode().splitlines()
    assert any(line.startswith("  例如,我们严格限制") for line in lines)
    assert any(line.startswith("- 5.1") and "例如处理用户信息" in line for line in lines)
    assert any(line.startswith("- 5.2") and "由于业务调整" in line for line in lines)


def test_lead_ins_are_headings_unless_they_promise_or_define(imported: Imported) -> None:
    kinds = {s.text.en: s.kind for s in read(imported.files).statements}
    assert kinds["Our purpose is to help you understand the following:"] == "heading"
    only = "We only publicly disclose your personal information under the following circumstances:"
    assert kinds[only] == "promise"
    major = "Major changes mentioned in this policy include but are not limited to:"
    assert kinds[major] == "definition"


def test_every_place_of_the_first_register_cites_a_statement(imported: Imported) -> None:
    version = read(imported.files)
    promises = {s.id for s in version.promises}
    cites = version.register.cites
    assert cites is not None
    assert {getattr(cites, verb) for verb in cites.__struct_fields__} <= promises
    assert b"{fill: privacy e-mail}" in imported.files["policy.toml"]
