"""From files to a version: the grammar, and what is refused."""

import hashlib

import pytest

from tests.compiler.base import folder
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.document import Line, Version
from troth.policy.read import plain, read, version_hash
from troth.policy.words import Lang


def lines_of(en: str) -> dict[str, Line]:
    """Return the lines a piece of English text is read as, by id."""
    files = folder() | {"en.md": en.encode()}
    return {line.id: line for line in read(files).lines["en"]}


def kind_of(version: Version, id_: str) -> str:
    return next(s.kind for s in version.statements if s.id == id_)


def test_a_heading_gives_its_level_its_printed_number_and_its_text() -> None:
    line = lines_of("## 2. How We Use Cookies {#cookies}")["cookies"]
    assert (line.role, line.level, line.mark, line.text) == (
        "heading",
        2,
        "2.",
        "How We Use Cookies",
    )


@pytest.mark.parametrize(
    ("raw", "level", "mark", "text"),
    [
        ("- Plain {#x}", 1, "-", "Plain"),
        ("- 3.1 With consent {#x}", 1, "3.1", "With consent"),
        ("1. First {#x}", 1, "1.", "First"),
        ("- (a) Small {#x}", 1, "(a)", "Small"),
        ("  - Deep {#x}", 2, "-", "Deep"),
        ("    1) Deeper {#x}", 3, "1)", "Deeper"),
    ],
)
def test_an_item_gives_its_depth_and_its_printed_mark(
    raw: str, level: int, mark: str, text: str
) -> None:
    line = lines_of(raw)["x"]
    assert (line.role, line.level, line.mark, line.text) == ("item", level, mark, text)


def test_an_indented_line_goes_on_with_the_item_above() -> None:
    lines = lines_of("- 4.2 Rules. {#a}\n  And reviews. {#b}\n- 4.3 Plans. {#c}")
    assert (lines["b"].role, lines["b"].level, lines["b"].mark) == ("item", 1, "")
    assert not lines["b"].opens
    assert lines["c"].mark == "4.3"


def test_an_indented_line_after_a_blank_one_is_a_sentence() -> None:
    assert lines_of("- Rules. {#a}\n\n  Reviews. {#b}")["b"].role == "sentence"


def test_a_table_gives_its_rows_without_the_dashed_line() -> None:
    lines = lines_of("| Cookie | Days | {#head}\n|---|:-:|\n| lang | 365 | {#row}")
    assert [line.role for line in lines.values()] == ["row", "row"]
    assert lines["row"].text == "lang | 365"
    assert lines["head"].opens
    assert not lines["row"].opens


def test_a_blank_line_opens_a_new_paragraph_and_no_blank_line_none() -> None:
    lines = lines_of("One. {#one}\nTwo. {#two}\n\nThree. {#three}")
    assert [line.opens for line in lines.values()] == [True, False, True]


def test_comments_carry_nothing_and_lines_keep_their_numbers() -> None:
    lines = lines_of("<!-- one -->\n<!-- two\nNot here. {#no}\n-->\nHere. {#yes}")
    assert list(lines) == ["yes"]
    assert lines["yes"].at == 5


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    files = folder()
    changed = {n: b"\xef\xbb\xbf" + c.replace(b"\n", b"\r\n") for n, c in files.items()}
    changed["policy.toml"] = files["policy.toml"]
    assert read(changed).lines == read(files).lines


def test_a_statement_stands_in_the_section_of_the_nearest_heading_above() -> None:
    text = "# T {#t}\n## A {#a}\nOne. {#one}\n### B {#b}\nTwo. {#two}\n## C {#c}\nThree. {#three}"
    version = read(folder() | {"en.md": text.encode(), "zh.md": text.encode()})
    sections = {s.id: s.section for s in version.statements}
    assert sections == {"t": "", "a": "t", "one": "a", "b": "a", "two": "b", "c": "t", "three": "c"}


def test_a_sentence_that_introduces_a_list_is_a_heading_unless_the_register_says_else() -> None:
    text = "We help you understand: {#lead}\n\n- Cookies {#item}\nNot this: {#last}"
    files = folder() | {"en.md": text.encode(), "zh.md": text.encode()}
    version = read(files)
    assert kind_of(version, "lead") == "heading"
    assert kind_of(version, "last") == "practice"
    files["policy.toml"] += b'[statement.lead]\nkind = "promise"\n'
    assert kind_of(read(files), "lead") == "promise"


def test_a_statement_missing_in_one_language_has_no_text_there_and_is_told() -> None:
    version = read(folder(en="We keep logs. {#logs}"))
    statement = next(s for s in version.statements if s.id == "logs")
    assert (statement.text.zh, statement.text.en) == ("", "We keep logs.")
    assert [p.code for p in version.problems] == ["T008"]


def test_a_statement_of_the_other_language_stands_after_its_predecessor() -> None:
    files = folder()
    files["zh.md"] = files["zh.md"].replace(b"{#data}\n", "{#data}\n还有。 {#more}\n".encode())
    ids = [str(s.id) for s in read(files).statements]
    assert ids[ids.index("data") + 1] == "more"


def test_one_malformed_entry_hides_no_other() -> None:
    version = read(folder(toml='[purpose.bad]\nstatement = "data"\nbasis = 1\n[purpse.x]\na = 1'))
    assert list(version.register.purpose) == ["account"]
    assert [p.code for p in version.problems] == ["T009", "T010"] or [
        p.code for p in version.problems
    ] == ["T010", "T009"]


def test_each_register_path_has_its_line() -> None:
    version = read(folder())
    toml = version.sources["policy.toml"].split("\n")
    for path in ("notice", "purpose.account.basis", "category.account.fields.name", "recipient"):
        assert path.rpartition(".")[2] in toml[version.places[path] - 1]


def test_the_hash_covers_each_file_and_nothing_else() -> None:
    files = folder()
    told = hashlib.sha256(b"troth-version-v1\n")
    for name in ("en.md", "policy.toml", "zh.md"):
        told.update(name.encode() + b"\0" + str(len(files[name])).encode() + b"\0" + files[name])
    assert version_hash(files) == told.hexdigest()
    assert version_hash(files | {"README.md": b"x"}) == version_hash(files)
    for name in files:
        assert version_hash(files | {name: files[name] + b"\n"}) != version_hash(files)


def test_reading_twice_gives_the_same_version() -> None:
    assert read(folder()) == read(folder())


@pytest.mark.parametrize(
    ("markdown", "visible"),
    [
        ("Nothing special", "Nothing special"),
        ("*Stressed* and **strong**", "Stressed and strong"),
        ("[our terms](https://example.com/a_b)", "our terms"),
        ("`code` and 5 \\* 3", "code and 5 * 3"),
        ("A &amp; B", "A & B"),
        ("a <b>bold</b> word", "a bold word"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markdown: str, visible: str) -> None:
    assert plain(markdown) == visible


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("en.md", None, "T001"),
        ("policy.toml", None, "T001"),
        ("zh.md", b"\xff\xfe", "T002"),
        ("zh.md", b"PK\x03\x04\x00\x00", "T002"),
        ("zh.md", b" \n", "T003"),
        ("zh.md", "没有编号。".encode(), "T003"),
        ("policy.toml", b"[notice", "T004"),
        ("policy.toml", b"a = " + b"[" * 100_000, "T004"),
        ("policy.toml", b"a = 2026-13-40", "T004"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(
    name: str, content: bytes | None, code: str
) -> None:
    files = folder()
    if content is None:
        del files[name]
    else:
        files[name] = content
    with pytest.raises(UnreadablePolicyError) as refused:
        read(files)
    assert refused.value.diagnostics[0].code == code
    assert refused.value.diagnostics[0].file == name


def test_all_unreadable_files_are_told_together() -> None:
    with pytest.raises(UnreadablePolicyError) as refused:
        read({"en.md": b"\xff", "zh.md": b""})
    assert [d.code for d in refused.value.diagnostics] == ["T002", "T001", "T003"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages_are_read_alike(lang: Lang) -> None:
    assert [line.id for line in read(folder()).lines[lang]] == [
        "title",
        "data",
        "account",
        "disclosure",
        "change",
    ]
