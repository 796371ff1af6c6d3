"""Twelve invented policies, one of each shape policies are published in."""

from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from troth.policy.importer import Imported, import_policy
from troth.policy.read import read
from troth.policy.words import LANGS

POLICIES: Final = Path(__file__).parent / "policies"
# Statements, then the outline: heading levels, `.` a sentence, `-` items by depth, `|` a row.
OUTLINES: Final = {
    "brightkettle": (6, "1 2 3 . . 3 . 2 . - -"),
    "copperlane": (2, "1 . -"),
    "harrowgate": (4, "1 2 . . 2 . ."),
    "lanternpost": (6, "1 . . 2 - -- - | |"),
    "marlow": (8, "1 . . 2 - - -- -- | | |"),
    "oakhollow": (4, "1 . . - -"),
    "pinecrest": (5, "1 2 . . 2 . - - ."),
    "quillon": (2, "1 . 2 ."),
    "stonemill": (3, "1 2 . . 2 ."),
    "tidewater": (7, "2 3 . 3 . 2 3 . - - 3 . ."),
    "vellumworks": (4, "1 . . . 3 ."),
    "yunqiao": (7, "1 2 3 . . 3 . . . 2 . 2 ."),
}


def imported(company: str) -> Imported:
    files = {f.name: f.read_bytes() for f in sorted(POLICIES.glob(f"{company}.*"))}
    return import_policy(files, previous=None, keep_noise=False)


def test_every_policy_of_the_folder_is_expected() -> None:
    companies = {file.name.partition(".")[0] for file in POLICIES.iterdir()}
    assert companies == {*OUTLINES, "source"}
    assert len(OUTLINES) == 12


@pytest.mark.parametrize("company", OUTLINES)
def test_it_has_its_outline_in_both_languages(company: str) -> None:
    done = imported(company)
    version = read(done.files)
    assert version.problems == ()
    assert done.unaligned == ()
    shown = {"sentence": ".", "row": "|"}
    for lang in LANGS:
        outline = [
            shown.get(line.role)
            or (str(line.level) if line.role == "heading" else "-" * line.level)
            for line in version.lines[lang]
        ]
        assert (len(version.promises), " ".join(outline)) == OUTLINES[company]


@pytest.mark.parametrize("company", OUTLINES)
def test_only_the_doubled_one_has_noise(company: str) -> None:
    kinds = defaultdict(list)
    for noise in imported(company).noise:
        kinds[noise.kind].append(noise.line)
    assert kinds == ({"doubled": [3, 8], "invisible": [5, 10]} if company == "quillon" else {})


def test_menus_and_footers_are_left_out_by_name() -> None:
    left_out = imported("lanternpost").report.left_out["lanternpost.en.html"]
    assert left_out == ("<nav> Home", "<footer> © Lanternpost Example")


def test_links_and_emphasis_stay() -> None:
    text = imported("marlow").files["zh.md"].decode()
    assert "我们重视**您的隐私**。" in text
    assert "请阅读[完整规则](https://marlow.example/rules)。" in text


def test_the_fuller_copy_of_a_doubled_section_stays() -> None:
    text = (
        "# Purpose\n\nWe explain:\n\n- collection\n\n"
        "# Purpose\n\nWe explain:\n\n- collection\n- sharing\n\n"
        "# 目的\n\n我们说明：\n\n- 收集\n- 共享\n"
    )
    done = import_policy({"a.md": text.encode()}, previous=None, keep_noise=False)
    assert [n.line for n in done.noise if n.kind == "doubled"] == [1, 3, 5]
    assert done.report.headings == 2
    assert done.unaligned == ()


def test_what_stands_in_one_language_only_is_reported_and_written() -> None:
    zh = "# 收集\n\n我们收集您的姓名。\n\n本段只有中文，讲述了许多其他的事情，没有对应的英文。\n"
    en = "# Collection\n\nWe collect your name.\n"
    done = import_policy(
        {"zh.md": zh.encode(), "en.md": en.encode()}, previous=None, keep_noise=False
    )
    assert [(u.lang, u.file, u.line) for u in done.unaligned] == [("zh", "zh.md", 5)]
    assert "本段只有中文" in done.files["zh.md"].decode()


def test_short_lines_that_end_in_full_stops_are_paragraphs_of_their_own() -> None:
    zh = "".join(
        f"我们将您的订单记录{n}在本店的系统中保存{n}天，然后予以删除。\n" for n in range(2, 7)
    )
    en = "".join(
        f"We keep the record {n} of your orders for {n} days in all.\n" for n in range(2, 7)
    )
    done = import_policy({"a.txt": (zh + en).encode()}, previous=None, keep_noise=False)
    assert [line.opens for line in read(done.files).lines["en"]] == [True] * 5
