"""`troth person import`: all that is declared comes in, each person once; else nothing does."""

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cast import Troth
from tests.intake.cast import ACCOUNT, HEAD, everything, faults, known, row, told, write
from troth.collection import actions as collection
from troth.collection.actions import use
from troth.collection.given import By, Used
from troth.collection.models import Record, Refusal
from troth.intake import importing, person_import
from troth.intake.persons import Meant
from troth.people.models import Person
from troth.store import SYSTEM, Store, transact_on

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("policy")]
USERS = HEAD + row(1) + row(2) + row(3)


class Killed(BaseException):
    """The process ends here."""


def used(subject: str, category: str, *fields: str) -> Any:
    person = known(subject)[subject]
    found = transact_on(Store(), SYSTEM, None, use, person, category, fields, "rights", By())
    assert isinstance(found, Used), found
    return found.values


def test_users_come_in_with_what_is_declared_of_them(troth: Troth, tmp_path: Path) -> None:
    ended = troth("person", "import", write(tmp_path, USERS), *ACCOUNT)
    assert (ended.status, ended.err) == (0, "")
    assert "Rows read: 3.\nRecords taken in: 3.\nPeople who are new: 3." in ended.out
    assert used("user-2", "account", "email", "display_name") == {
        "email": "user-2@example.com",
        "display_name": "Made-up Person 2",
    }
    found = Record.objects.values_list("category", "purpose", "source", "key", "fields").distinct()
    assert list(found) == [("account", "account", "direct", "", "display_name,email")]


def test_a_dry_run_tells_the_same_and_leaves_every_table_as_it_was(
    troth: Troth, tmp_path: Path
) -> None:
    file = write(tmp_path, USERS)
    troth("person", "import", write(tmp_path, HEAD + row(1), "one.csv"), *ACCOUNT)
    before = everything()
    ended = troth("person", "import", file, *ACCOUNT, "--dry-run")
    assert ended.status == 0
    assert "Records that would be taken in: 2." in ended.out
    assert "Records that would be left out, as there is one already: 1." in ended.out
    assert "Nothing was written: this was a dry run." in ended.out
    would = told(troth("person", "import", file, *ACCOUNT, "--dry-run", "--json"))
    assert everything() == before
    done = told(troth("person", "import", file, *ACCOUNT, "--json"))
    assert would["counts"] == done["counts"] == {"records": 2, "new": 2, "known": 1}
    assert (would["written"], done["written"]) == (False, True)
    assert Record.objects.count() == Person.objects.count() == 3


def test_who_has_a_record_gets_another_only_where_it_is_asked_for(
    troth: Troth, tmp_path: Path
) -> None:
    file = write(tmp_path, USERS)
    for options, records in (((), 3), ((), 3), (("--again",), 6)):
        assert troth("person", "import", file, *ACCOUNT, *options).status == 0
        assert Record.objects.count() == records
    assert Person.objects.count() == 3
    messages = write(tmp_path, "subject,text\nuser-1,Where is my parcel?\n", "messages.csv")
    of = ("--category", "contact-message", "--purpose", "support")
    assert told(troth("person", "import", messages, *of, "--json"))["counts"]["records"] == 1


def test_records_a_line_come_in_as_the_api_takes_them(troth: Troth, tmp_path: Path) -> None:
    one = {"subject": "user-1", "fields": {"email": "user-1@example.com"}, "new": True}
    of = {"category": "contact-message", "purpose": "support", "source": "direct"}
    two = {"subject": "user-1", **of, "fields": {"text": "Where?", "subject": "Parcel"}}
    lines = "\n".join(["", json.dumps(one), "", json.dumps(two)])
    file = write(tmp_path, lines, "users.jsonl")
    options = ("--category", "account", "--purpose", "account", "--json")
    done = told(troth("person", "import", file, *options))
    assert (done["rows"], done["counts"]) == (2, {"records": 2, "new": 1, "known": 0})
    assert used("user-1", "contact-message", "subject") == {"subject": "Parcel"}


def test_columns_that_are_not_declared_are_refused_before_any_row(
    troth: Troth, tmp_path: Path
) -> None:
    head = "subject,account.email,account.shoe_size,mail@example.com,account.email,horoscope.sign"
    file = write(tmp_path, f"{head}\nx\n")
    before = everything()
    ended = troth("person", "import", file, *ACCOUNT)
    assert ended.status == 1
    assert f"{file}:1:account.shoe_size: “account” has no declared field shoe_size." in ended.err
    assert "[collection.definition]" in ended.err
    assert f"{file}:1:#4: The policy in force declares no such column" in ended.err
    assert "mail@" not in ended.err + ended.out
    assert f"{file}:1:account.email: This column is named twice." in ended.err
    assert f"{file}:1:horoscope.sign: " in ended.err
    assert f"{file}:2" not in ended.err
    assert "Nothing was written. Mend the file first." in ended.out
    assert everything() == before


@pytest.mark.parametrize(
    ("head", "options", "code"),
    [
        ("account.email", (), "purpose-unnamed"),
        ("account.email", ("--purpose", "search"), "purpose-undeclared"),
        ("account.email", ("--purpose", "account", "--source", "broker"), "source-undeclared"),
        ("account.display_name", ("--purpose", "account"), "field-required"),
        ("subject", (), "column-twice"),
        ("", ("--category", "account"), "column-undeclared"),
    ],
)
def test_what_every_row_would_be_refused_for_is_told_once(
    troth: Troth, tmp_path: Path, head: str, options: tuple[str, ...], code: str
) -> None:
    file = write(tmp_path, f"subject,{head}\n" + "user-1,x\n" * 3)
    ended = troth("person", "import", file, *options, "--json")
    assert ended.status == 1
    assert [found[2] for found in faults(ended)] == [code]
    assert told(ended)["rows"] == 0


BAD = [
    (b"user-1\n", (2, "", "row")),
    (b"user-1,a@example.com,Made-up,more\n", (2, "", "row")),
    (b'user-1,"a"b,c\n', (2, "", "row")),
    (b"user-1,\xff@example.com,c\n", (2, "account.email", "encoding")),
    (b",a@example.com,c\n", (2, "subject", "subject-unfit")),
    (b"user\x07,a@example.com,c\n", (2, "subject", "subject-unfit")),
    (b"user-1,,\n", (2, "", "record-empty")),
    (b"user-1,,Made-up\n", (2, "account.email", "field-required")),
    (b"user-1,a@example.com," + b"x" * 81 + b"\n", (2, "account.display_name", "field-too-long")),
    (b'\n\nuser-1,"a\nb",\n\nuser-1,b@example.com,\n', (7, "subject", "twice")),
]


@pytest.mark.parametrize(("rows", "fault"), BAD)
def test_a_bad_row_is_told_by_line_and_column_and_lets_nothing_in(
    troth: Troth, tmp_path: Path, rows: bytes, fault: tuple[int, str, str]
) -> None:
    file = write(tmp_path, HEAD.encode() + rows + row(9).encode())
    before = everything()
    ended = troth("person", "import", file, *ACCOUNT, "--json")
    assert (ended.status, faults(ended)) == (1, [fault])
    assert everything() == before
    assert not Refusal.objects.exists()


DATED = [
    ({"asked_at": "2027-02-30"}, (1, "fields.asked_at", "field-type")),
    ({"asked_at": "yesterday"}, (1, "fields.asked_at", "field-type")),
    ({"text": 1}, (1, "fields.text", "field-type")),
    ({"text": ["a"]}, (1, "fields", "record-malformed")),
    ({"star": "sign"}, (1, "fields.star", "field-undeclared")),
]


@pytest.mark.parametrize(("fields", "fault"), DATED)
def test_a_bad_record_of_a_line_is_told_by_its_field(
    troth: Troth, tmp_path: Path, fields: dict[str, Any], fault: tuple[int, str, str]
) -> None:
    line = {"subject": "user-1", "fields": {"text": "parcels", **fields}}
    file = write(tmp_path, json.dumps(line), "users.ndjson")
    options = ("--category", "query", "--purpose", "search", "--of-age", "--json")
    ended = troth("person", "import", file, *options)
    assert (ended.status, faults(ended)) == (1, [fault])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", (1, "", "row")),
        ("[1]", (1, "", "row")),
        ('{"fields": {}}', (1, "subject", "record-malformed")),
        ('{"subject": 1, "fields": {}}', (1, "subject", "record-malformed")),
        ('{"subject": "a", "fields": {}, "horoscope": 1}', (1, "", "record-malformed")),
        ('{"subject": "a", "fields": {"x": 1}}', (1, "category", "category-unnamed")),
        (
            '{"subject": "a", "category": "account", "fields": {"x": 1}}',
            (1, "purpose", "purpose-unnamed"),
        ),
    ],
)
def test_a_line_that_is_no_record_is_told(
    troth: Troth, tmp_path: Path, line: str, fault: tuple[int, str, str]
) -> None:
    file = write(tmp_path, line, "users.jsonl")
    assert faults(troth("person", "import", file, "--json")) == [fault]


def test_what_needs_her_yes_waits_for_it(troth: Troth, tmp_path: Path) -> None:
    file = write(tmp_path, "subject,contact-message.text\nuser-1,Print this\n")
    wanted = ("person", "import", file, "--purpose", "publication", "--json")
    (missing,) = told(troth(*wanted, "--of-age"))["faults"]
    assert (missing["line"], missing["code"]) == (2, "separate-consent-missing")
    assert missing["statement"] == "disclosure.consent"
    assert not Person.objects.exists()
    words = write(tmp_path, "May we print it?", "words.txt")
    yes = "user-1,purpose.publication,true,2025-03-01T09:30:00Z,words\n"
    said = write(tmp_path, f"subject,about,given,at,wording\n{yes}", "said.csv")
    asked = ("--wording", f"words:en={words}")
    assert troth("consent", "import", said, *asked, "--new").status == 0
    assert faults(troth(*wanted)) == [(1, "contact-message", "age-unknown")]
    assert told(troth(*wanted, "--of-age"))["counts"] == {"records": 1, "new": 0, "known": 0}


def test_bad_rows_are_put_aside_as_they_stand_and_the_rest_is_taken(
    troth: Troth, tmp_path: Path
) -> None:
    bad = b'user-7,"no\nmail","' + b"y" * 81 + b'"\nuser-8,\xff,x\n'
    file = write(tmp_path, HEAD.encode() + row(1).encode() + bad + row(2).encode())
    aside = tmp_path / "bad.csv"
    dry = troth("person", "import", file, *ACCOUNT, "--skip-bad", aside, "--dry-run")
    assert (dry.status, aside.exists()) == (1, False)
    ended = troth("person", "import", file, *ACCOUNT, "--skip-bad", aside)
    assert ended.status == 0
    assert f"Rows that can't be: 2 (encoding 1, field-too-long 1).\nThey are in {aside}." in (
        ended.out
    )
    assert aside.read_bytes() == HEAD.encode() + bad
    assert aside.stat().st_mode & 0o777 == 0o600
    assert Record.objects.count() == 2
    again = troth("person", "import", file, *ACCOUNT, "--skip-bad", aside)
    assert (again.status, again.out) == (2, "")
    assert "is there already" in again.err


def test_no_value_of_a_file_is_printed(troth: Troth, tmp_path: Path) -> None:
    secret = "Zaphod Made-up"
    rows = [
        f"user-1,{secret},{secret * 9}\n",
        f'user-2,"{secret}"{secret},\n',
        f"{secret}\x07,a@example.com,\n",
        f"user-3,,{secret}\n",
        f"user-1,{secret},\n",
        f"{secret}\n",
    ]
    file = write(tmp_path, HEAD + "".join(rows))
    for options in ((), ("--json",), ("--dry-run",)):
        ended = troth("person", "import", file, *ACCOUNT, *options)
        assert ended.status == 1
        assert "Zaphod" not in ended.out + ended.err
    headless = write(tmp_path, f"{secret},a@example.com\n", "headless.csv")
    ended = troth("person", "import", headless, *ACCOUNT)
    assert "The first line names the columns" in ended.err
    assert "Zaphod" not in ended.out + ended.err


def test_an_import_that_was_killed_between_batches_goes_on_where_it_was(
    troth: Troth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_import, "RECORDS_AT_ONCE", 2)
    file = write(tmp_path, HEAD + "".join(row(number) for number in range(5)))
    real, calls = collection.take, iter(range(9))

    def killed(*given: Any) -> Any:
        if next(calls) == 1:
            raise Killed
        return real(*given)

    monkeypatch.setattr(person_import, "take", killed)
    with pytest.raises(Killed):
        troth("person", "import", file, *ACCOUNT)
    assert Record.objects.count() == Person.objects.count() == 2
    done = told(troth("person", "import", file, *ACCOUNT, "--json"))
    assert done["counts"] == {"records": 3, "new": 3, "known": 2}
    assert Record.objects.count() == Person.objects.count() == 5
    assert len(set(Record.objects.values_list("person", flat=True))) == 5


def test_a_person_in_two_batches_is_new_once(
    troth: Troth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_import, "RECORDS_AT_ONCE", 1)
    of = {"category": "contact-message", "purpose": "support"}
    query = {"category": "query", "purpose": "search", "of_age": True}
    lines = [{"subject": "user-1", "fields": {"text": "Where?"}, **one} for one in (of, query)]
    file = write(tmp_path, "\n".join(map(json.dumps, lines)), "users.jsonl")
    for options in (("--dry-run",), ()):
        done = told(troth("person", "import", file, *options, "--json"))
        assert done["counts"] == {"records": 2, "new": 1, "known": 0}


def test_a_row_that_turned_bad_after_the_check_ends_it_with_its_line(
    troth: Troth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_import, "RECORDS_AT_ONCE", 1)
    monkeypatch.setattr(importing, "check", lambda *_: importing.Tally())
    for bad in ("user-3,,x\n", "user-1,again@example.com,x\n"):
        file = write(tmp_path, HEAD + row(1) + row(2) + bad + row(4))
        ended = troth("person", "import", file, *ACCOUNT, "--json")
        assert (ended.status, told(ended)["stopped"]["line"]) == (1, 4)
        assert Record.objects.count() == 2
        assert f"{file}:4:" in troth("person", "import", file, *ACCOUNT).err


def test_a_byte_order_mark_and_either_line_ending_are_read(troth: Troth, tmp_path: Path) -> None:
    text = "\ufeff" + USERS.replace("\n", "\r\n")
    assert troth("person", "import", write(tmp_path, text), *ACCOUNT).status == 0
    assert known("user-3")


def test_the_input_is_read_too(troth: Troth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(USERS.encode())))
    assert troth("person", "import", "-", "--format", "csv", *ACCOUNT).status == 0
    assert Record.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("users.txt", b"", "Say what the file is"),
        ("users.csv", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    troth: Troth, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        write(tmp_path, content, name)
    ended = troth("person", "import", tmp_path / name, *ACCOUNT)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "head"),
        (b"\n\n", "head"),
        ("subject\n".encode("utf-16"), "encoding"),
        (b"subject;account.email\n", "head"),
        (b'"subject\n', "head"),
    ],
)
def test_a_file_without_a_head_is_told(
    troth: Troth, tmp_path: Path, content: bytes, code: str
) -> None:
    ended = troth("person", "import", write(tmp_path, content), *ACCOUNT, "--json")
    assert (ended.status, [found[2] for found in faults(ended)]) == (1, [code])


def test_a_quote_without_an_end_ends_the_file(
    troth: Troth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troth.intake.tables.ROW_BYTES_MAX", 200)
    file = write(tmp_path, USERS + 'user-4,"\n' + "".join(map(row, range(5, 30))))
    ended = troth("person", "import", file, *ACCOUNT, "--skip-bad", tmp_path / "bad", "--json")
    assert (ended.status, faults(ended)) == (1, [(5, "", "row")])
    assert not Record.objects.exists()


def test_of_many_bad_rows_the_first_are_told_and_the_rest_counted(
    troth: Troth, tmp_path: Path
) -> None:
    file = write(tmp_path, HEAD + "x\n" * 60)
    ended = troth("person", "import", file, *ACCOUNT)
    assert ended.err.count("\n") == 51
    assert "… and 10 more." in ended.err
    assert "Rows that can't be: 60 (row 60)." in ended.out
    assert "另有 10 处" in troth("person", "import", file, *ACCOUNT, lang="zh").err


@pytest.mark.slow
@pytest.mark.either
def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    peaks = []
    for rows in (1_000, 1_000, 5_000):  # the first loads what is loaded once
        file = write(tmp_path, HEAD + "".join(map(row, range(rows))))
        job = person_import.PersonImport("csv", Meant(purpose="account"))
        with file.open("rb") as source:
            tracemalloc.start()
            tally = importing.check(job, source, lambda _: None)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert (tally.rows, tally.new, tally.bad) == (rows, rows, 0)
    assert peaks[2] < peaks[1] * 1.2
