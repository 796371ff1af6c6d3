"""How findings are printed: text with carets, JSON, SARIF, GitHub annotations."""

import json
from collections.abc import Mapping
from typing import Any
from unicodedata import east_asian_width

import pytest

from tests.compiler.base import findings, folder
from tests.compiler.pages import CODES, examples
from troth.cli.language import translator
from troth.cli.render.findings import PAGES, Found, as_github, as_json, as_text
from troth.cli.render.sarif import as_sarif
from troth.policy.codes import RULES
from troth.policy.words import Lang
from troth.site.catalogues import compile_all

FAULTY = folder(
    zh="我们将您的日志保存 60 天。 {#logs}",
    en="We keep your logs for 30 days, etc. {#logs}\nNo: id",
)


def found_in(files: Mapping[str, bytes], lang: Lang = "en") -> Found:
    sources = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    return Found(findings(files), "policies/main", sources, translator(lang), "0" * 64)


def columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def test_a_finding_shows_code_place_line_carets_and_mend() -> None:
    text = as_text(found_in(FAULTY))
    assert (
        "error[T005]: This line carries no id, so no statement of the policy holds it.\n"
        " --> policies/main/en.md:8:1\n"
        "  |\n"
        "8 | No: id\n"
        "  | ^^^^^^\n"
        "  = mend: End the line in ` {#section.name}`, the same id in each language.\n"
    ) in text
    assert text.endswith("policies/main: errors 2, warnings 2, notes 0.\n")


def test_carets_stand_under_what_they_mark_though_chinese_signs_are_wide() -> None:
    lines = as_text(found_in(FAULTY)).split("\n")
    at = next(n for n, line in enumerate(lines) if "保存 60 天" in line)
    shown, carets = lines[at], lines[at + 1]
    assert carets.index("^") == columns(shown[: shown.index("60")])
    assert carets.count("^") == 2


def test_carets_under_chinese_signs_are_as_wide_as_they_are() -> None:
    files = folder(zh="我们不保存。 {#x}", en="We keep it. {#x}")
    lines = as_text(found_in(files)).split("\n")
    at = next(n for n, line in enumerate(lines) if "我们不保存" in line)
    assert lines[at + 1].endswith(" ^^")


def test_of_a_long_line_only_the_part_around_the_fault_is_shown() -> None:
    files = folder(zh="字" * 500 + "30 {#x}", en="word " * 500 + "40 {#x}")
    lines = as_text(found_in(files)).split("\n")
    at = next(n for n, line in enumerate(lines) if "…" in line and "30" in line)
    assert len(lines[at]) < 150
    assert lines[at + 1].index("^") == columns(lines[at][: lines[at].index("30")])


def test_a_clean_folder_says_so_in_one_line() -> None:
    assert as_text(found_in(folder())) == "policies/main: nothing found.\n"


def test_findings_are_told_in_chinese() -> None:
    compile_all()
    text = as_text(found_in(FAULTY, "zh"))
    assert "错误[T005]: 这一行没有编号" in text
    assert "改正: " in text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_renders_in_both_languages(code: str, lang: Lang) -> None:
    wrong, _ = examples(code)
    sources = {name: content.decode("utf-8", "replace") for name, content in wrong.files.items()}
    found = findings(wrong.files, wrong.surface)
    text = as_text(Found(found, "p", sources, translator(lang)))
    assert f"[{code}]: " in text
    assert "%(" not in text


def test_json_holds_every_finding_with_its_place_and_sentences() -> None:
    told = json.loads(as_json(found_in(FAULTY)))
    assert told["counts"] == {"error": 2, "warning": 2, "note": 0}
    assert len(told["findings"]) == 4
    first = next(f for f in told["findings"] if f["code"] == "T005")
    assert first["file"] == "policies/main/en.md"
    assert (first["line"], first["column"], first["end_column"]) == (8, 1, 7)
    assert first["title"] == RULES["T005"].title
    assert first["mend"].startswith("End the line")


def run_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    log = json.loads(as_sarif(found_in(files)))
    assert log["version"] == "2.1.0"
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_names_each_broken_rule_once_with_its_page() -> None:
    rules = run_of(FAULTY)["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == sorted({d.code for d in findings(FAULTY)})
    for rule in rules:
        assert rule["helpUri"] == (PAGES / f"{rule['id']}.md").as_uri()
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]


def test_sarif_results_point_at_rules_and_regions() -> None:
    run = run_of(FAULTY)
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("policies/main")
        region = place.get("region", {"startLine": 1})
        assert region["startLine"] >= 1
        assert region.get("startColumn", 1) < region.get("endColumn", 2)


def test_sarif_of_a_clean_folder_has_no_result() -> None:
    assert run_of(folder())["results"] == []


def test_github_annotations_stand_at_their_lines() -> None:
    lines = as_github(found_in(FAULTY)).splitlines()
    assert len(lines) == 4
    assert lines[-2].startswith("::warning ") or lines[-2].startswith("::error ")
    assert any(
        line.startswith("::error file=policies/main/en.md,line=8,col=1,endColumn=7,title=T005::")
        for line in lines
    )


def test_github_annotations_escape_what_would_end_them() -> None:
    found = Found(findings(FAULTY), "a:b,c%d\n", {}, str)
    for line in as_github(found).splitlines():
        properties = line.split("::")[1]
        assert "a%3Ab%2Cc%25d%0A" in properties
