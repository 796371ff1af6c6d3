"""`troth consent import`: what was said before Troth comes in with its words; later words win."""

import json
from pathlib import Path

import pytest

from tests.cli.cast import Ended, Troth
from tests.intake.cast import everything, faults, known, told, write
from troth.consent import actions
from troth.consent.actions import Seen
from troth.consent.facts import standing
from troth.consent.history import history
from troth.consent.models import Choice, Wording
from troth.intake import consent_import
from troth.ledger.models import Entry
from troth.people.models import Person
from troth.people.subjects import make_subjects
from troth.store import SYSTEM, Store, transact_on

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("policy")]
STATISTICS = "purpose.usage-statistics"
HEAD = "subject,about,given,at,wording\n"
AT = "2025-03-01T09:30:00+08:00"
YES = f"user-1,{STATISTICS},true,{AT},banner\n"
NO = f"user-2,{STATISTICS},false,{AT},\n"
WORDS = "可以统计您的使用情况吗？"


@pytest.fixture(autouse=True)
def people(policy: None) -> None:  # noqa: ARG001 (asked for, so that it is there first)
    transact_on(Store(), SYSTEM, None, make_subjects, ["user-1", "user-2"])


@pytest.fixture
def asked(tmp_path: Path) -> tuple[str, str]:
    """Return the option that names the words of before."""
    return "--wording", f"banner:zh={write(tmp_path, WORDS, 'banner.zh.txt')}"


def agreed(subject: str) -> bool:
    person = known(subject)[subject]
    return STATISTICS in transact_on(Store(), SYSTEM, None, standing, person).consent


def bad(troth: Troth, tmp_path: Path, rows: str, *options: str) -> list[tuple[int, str, str]]:
    """Import a file that has something wrong; return what, and see that nothing is kept."""
    before = everything()
    ended = troth("consent", "import", write(tmp_path, HEAD + rows), *options, "--json")
    assert ended.status == 1
    assert everything() == before
    return faults(ended)


def test_choices_come_in_with_their_moment_and_their_words(
    troth: Troth, tmp_path: Path, asked: tuple[str, str]
) -> None:
    ended = troth("consent", "import", write(tmp_path, HEAD + YES + NO), *asked)
    assert (ended.status, ended.err) == (0, "")
    assert "Choices taken in: 2." in ended.out
    assert (agreed("user-1"), agreed("user-2")) == (True, False)
    wording = Wording.objects.get()
    assert (wording.about, wording.lang, wording.text) == (STATISTICS, "zh", WORDS)
    yes, no = Choice.objects.order_by("id")
    assert (yes.text, no.text) == (wording.hash, "")
    assert yes.at.isoformat() == "2025-03-01T01:30:00+00:00"
    person = known("user-1")["user-1"]
    said = transact_on(Store(), SYSTEM, None, history, person, "rights")[0].circumstances
    assert (said["lang"], said["surface"], said["imported"]) == ("zh", "import", True)
    assert Entry.objects.filter(kind="consent.brought").count() == 2


def test_a_dry_run_tells_the_same_and_leaves_every_table_as_it_was(
    troth: Troth, tmp_path: Path, asked: tuple[str, str]
) -> None:
    file = write(tmp_path, HEAD + YES + NO + YES.replace("user-1", "user-9"))
    before = everything()
    would = told(troth("consent", "import", file, *asked, "--new", "--dry-run", "--json"))
    assert everything() == before
    done = told(troth("consent", "import", file, *asked, "--new", "--json"))
    assert would["counts"] == done["counts"] == {"taken": 3, "unchanged": 0, "new": 1}
    again = told(troth("consent", "import", file, *asked, "--new", "--json"))
    assert again["counts"] == {"taken": 0, "unchanged": 3, "new": 0}
    assert Choice.objects.count() == 3


def test_what_was_said_here_later_stays(
    troth: Troth, tmp_path: Path, asked: tuple[str, str]
) -> None:
    person = known("user-1")["user-1"]
    seen = Seen("", "en", "settings", {})
    troth("consent", "import", write(tmp_path, HEAD + YES), *asked)
    transact_on(Store(), SYSTEM, None, actions.withdraw, person, [STATISTICS], seen)
    done = told(troth("consent", "import", write(tmp_path, HEAD + YES), *asked, "--json"))
    assert done["counts"]["unchanged"] == 1
    assert not agreed("user-1")


def test_a_yes_needs_its_words_and_a_no_none(
    troth: Troth, tmp_path: Path, asked: tuple[str, str]
) -> None:
    wordless = YES.replace("banner", "")
    assert bad(troth, tmp_path, wordless + NO) == [(2, "wording", "wording-unknown")]
    assert bad(troth, tmp_path, YES + NO) == [(2, "wording", "wording-unknown")]
    other = YES.replace("banner", "footer")
    assert bad(troth, tmp_path, other, *asked) == [(2, "wording", "wording-unknown")]
    troth("consent", "import", write(tmp_path, HEAD + YES), *asked)
    name = Wording.objects.get().hash
    by_hash = write(tmp_path, HEAD + YES.replace("banner", name).replace("2025-03", "2025-04"))
    assert troth("consent", "import", by_hash).status == 0
    elsewhere = YES.replace("banner", name).replace("usage-statistics", "visitor-count")
    assert bad(troth, tmp_path, elsewhere) == [(2, "wording", "wording-unknown")]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("user-1", "user-9", (2, "subject", "subject-unknown")),
        ("user-1", "", (2, "subject", "choice-malformed")),
        (STATISTICS, "purpose.account", (2, "about", "about-unknown")),
        (STATISTICS, "", (2, "about", "choice-malformed")),
        ("true", "perhaps", (2, "given", "choice-malformed")),
        (AT, "2025-03-01T09:30:00", (2, "at", "choice-malformed")),
        (AT, "2025-03-01", (2, "at", "choice-malformed")),
        (AT, "2025-02-30T09:30:00Z", (2, "at", "choice-malformed")),
        (AT, "0001-01-01T00:00:00+14:00", (2, "at", "choice-malformed")),
        (AT, "2999-01-01T00:00:00Z", (2, "at", "at-later")),
        ("\n", f"\n{YES}", (3, "subject", "twice")),
    ],
)
def test_a_bad_choice_is_told_by_line_and_column_and_lets_nothing_in(
    troth: Troth,
    tmp_path: Path,
    asked: tuple[str, str],
    old: str,
    new: str,
    fault: tuple[int, str, str],
) -> None:
    assert bad(troth, tmp_path, YES.replace(old, new) + NO, *asked) == [fault]


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ("subject,about,given,at,colour", [(1, "colour", "column-undeclared")]),
        ("subject,about,given", [(1, "at", "column-missing")]),
        ("subject,about,given,at,at", [(1, "at", "column-undeclared")]),
        (
            "subject,about,given,a@example.com",
            [(1, "#4", "column-undeclared"), (1, "at", "column-missing")],
        ),
    ],
)
def test_other_columns_are_refused(
    troth: Troth, tmp_path: Path, head: str, wrong: list[tuple[int, str, str]]
) -> None:
    ended = troth("consent", "import", write(tmp_path, f"{head}\n"), "--json")
    assert (ended.status, faults(ended)) == (1, wrong)


def lines(troth: Troth, tmp_path: Path, *choices: object, options: tuple[str, ...]) -> Ended:
    file = write(tmp_path, "\n".join(map(json.dumps, choices)), "choices.jsonl")
    return troth("consent", "import", file, *options, "--json")


def test_lines_of_json_are_read_too(troth: Troth, tmp_path: Path, asked: tuple[str, str]) -> None:
    no = {"subject": "user-2", "about": STATISTICS, "given": False, "at": AT}
    yes = {**no, "subject": "user-1", "given": True, "wording": "banner"}
    assert told(lines(troth, tmp_path, yes, no, options=asked))["counts"]["taken"] == 2
    others = ({**no, "colour": "red"}, {**no, "given": 1}, {**no, "wording": 1}, {"subject": 1})
    assert faults(lines(troth, tmp_path, *others, options=asked)) == [
        (1, "", "choice-malformed"),
        (2, "given", "choice-malformed"),
        (3, "wording", "choice-malformed"),
        (4, "subject", "choice-malformed"),
    ]


def test_bad_choices_are_put_aside_and_the_rest_is_taken(
    troth: Troth, tmp_path: Path, asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent_import, "CHOICES_AT_ONCE", 2)
    unknown = YES.replace("user-1", "user-9")
    aside = tmp_path / "bad.csv"
    file = write(tmp_path, HEAD + unknown + YES + NO)
    done = told(troth("consent", "import", file, *asked, "--skip-bad", aside, "--json"))
    assert (done["counts"]["taken"], done["refused"]) == (2, {"subject-unknown": 1})
    assert aside.read_text() == HEAD + unknown
    assert Person.objects.count() == 2


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("banner", "Write --wording NAME:LANGUAGE=FILE"),
        ("banner=x.txt", "Write --wording NAME:LANGUAGE=FILE"),
        (":zh=x.txt", "Write --wording NAME:LANGUAGE=FILE"),
        ("banner:zh={folder}/none.txt", "none.txt cannot be read: No such file"),
        ("banner:zh={folder}/latin.txt", "latin.txt is no UTF-8"),
        ("banner:zh={folder}/empty.txt", "empty.txt holds no text"),
    ],
)
def test_a_wording_that_cannot_be_read_is_told(
    troth: Troth, tmp_path: Path, wording: str, said: str
) -> None:
    write(tmp_path, b"\xff", "latin.txt")
    write(tmp_path, " \n", "empty.txt")
    file = write(tmp_path, HEAD)
    ended = troth("consent", "import", file, "--wording", wording.format(folder=tmp_path))
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
