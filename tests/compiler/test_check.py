"""What the checks let pass and what they catch, beyond the example of each page."""

import pytest

from bench.policies import generate
from tests.compiler.base import CONTROLS, codes, findings, folder
from troth import evidence
from troth.policy.check import check
from troth.policy.diagnostic import Diagnostic
from troth.policy.read import read
from troth.policy.surface import Form, FormField, SetCookie, Surface
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder
from troth.site.surface import surface

READING = """
[statement.x]
kept_by = ["example.control"]
closes = ["purpose"]
reading = { zh = "如上", en = "as above" }
"""
BOUND = READING.replace('reading = { zh = "如上", en = "as above" }', "")


def said(zh: str, en: str, toml: str = BOUND) -> list[str]:
    """Return the codes for one more statement, in both languages."""
    return codes(folder(zh=f"{zh} {{#x}}", en=f"{en} {{#x}}", toml=toml))


def marked(found: Diagnostic, files: dict[str, bytes]) -> str:
    """Return the text a finding marks."""
    line = files[found.file].decode().split("\n")[found.line - 1]
    return line[found.column - 1 : found.end_column - 1]


def test_the_bundled_policy_is_clean_but_for_places_to_fill() -> None:
    version = read(read_folder(bundled_policy()))
    found = check(version, evidence.names(), surface())
    assert {d.code for d in found} == {"T113"}


def test_the_policies_measured_with_have_no_finding_of_their_own() -> None:
    assert check(read(generate(60)), evidence.names()) == ()
    assert check(read(generate(60, edited_every=7)), evidence.names()) == ()


def test_all_faults_are_told_at_once_by_file_line_and_column() -> None:
    files = folder(
        zh="我们保存日志 60 天。 {#logs}",
        en="We keep logs for 30 days, etc. {#logs}\nWe don't. {#BAD}\nNo id.",
        toml='[notice]\nstatement = "gone"\nperiod_days = 0\n[statement.lost]\nkept_by = ["no"]',
    )
    found = findings(files)
    assert {"T005", "T006", "T102", "T111", "T201", "T202", "T207", "T313"} <= {
        d.code for d in found
    }
    assert [(d.file, d.line, d.column) for d in found] == sorted(
        (d.file, d.line, d.column) for d in found
    )


def test_the_same_folder_gives_the_same_findings_in_the_same_order() -> None:
    files = folder(en="One. {#a}\nTwo, etc. {#b}", zh="二等。 {#b}\n一。 {#a}")
    assert findings(files) == findings(files)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("保存三十天。", "Kept for 30 days."),
        ("保存一年。", "Kept for a year."),
        ("自2027年1月31日起。", "From 31 January 2027."),
        ("自2027年1月31日起。", "From January 31st, 2027."),
        ("共 1,000 次。", "1000 times in all."),
    ],
)
def test_the_same_number_written_otherwise_passes(zh: str, en: str) -> None:
    assert said(zh, en) == []


@pytest.mark.parametrize(
    ("zh", "en", "code"),
    [
        ("保存三十天。", "Kept for 31 days.", "T102"),
        ("保存 30 天。", "Kept.", "T102"),
        ("自2027年1月31日起。", "From 30 January 2027.", "T103"),
        ("我们分享。", "We never share.", "T104"),
        ("我们不分享。", "We share.", "T104"),
        ("您必须填写。", "You fill it in.", "T105"),
        ("您可以填写。", "You fill it in.", "T105"),
        ("您填写。", "You shall fill it in.", "T105"),
        ("控制、组织和归属。", "Control and organisation.", "T106"),
        ("见 https://example.com/a 。", "See https://example.com/b .", "T107"),
    ],
)
def test_what_one_language_says_and_the_other_does_not_is_caught(
    zh: str, en: str, code: str
) -> None:
    assert said(zh, en) == [code]


def reading(zh: str, en: str) -> str:
    """Return the register of one more statement, read so."""
    return READING.replace("如上", zh).replace("as above", en)


@pytest.mark.parametrize(
    ("zh", "en", "settled"),
    [
        ("您必须填写。", "You fill it in.", reading("“必须”只指必填项", "Required fields only")),
        ("您填写。", "You must fill it in.", reading("必填项", "“Must” means required fields")),
        ("甲、乙和丙。", "A and B.", reading("“甲、乙和丙”即两者", "“A and B” are all")),
    ],
)
def test_a_reading_settles_the_word_or_the_lists_it_quotes(zh: str, en: str, settled: str) -> None:
    assert said(zh, en) != []
    assert said(zh, en, settled) == []


@pytest.mark.parametrize(
    ("zh", "en", "other"),
    [
        ("您必须填写。", "You fill it in.", READING),
        ("您必须填写。", "You fill it in.", reading("必须读作可以", "no quotation")),
        ("您必须填写。", "You fill it in.", reading("无引用", "“必须” in the other language")),
        (
            "您必须填写。",
            "You fill it in.",
            reading("“必须不”是别的话", "a quotation of other words"),
        ),
        ("您可确认可靠性。", "You confirm it.", reading("“可靠”即稳定", "only its letters")),
        ("甲、乙和丙。", "A and B.", READING),
        ("甲、乙和丙。", "A and B.", reading("“甲、乙和丙”", "the shorter list is not quoted")),
        ("甲、乙和丙。", "A and B.", reading("“乙和丙”", "“A and B”")),
    ],
)
def test_a_reading_of_something_else_settles_nothing(zh: str, en: str, other: str) -> None:
    assert said(zh, en) != []
    assert said(zh, en, other) == said(zh, en)


@pytest.mark.parametrize(
    ("zh", "en", "code"),
    [
        ("我们分享。", "We never share.", "T104"),
        ("我们不分享。", "We share.", "T104"),
        ("保存 30 天。", "Kept for 60 days.", "T102"),
        ("自2027年1月31日起。", "From 30 January 2027.", "T103"),
    ],
)
def test_no_reading_settles_a_negation_a_number_or_a_date(zh: str, en: str, code: str) -> None:
    assert said(zh, en, reading(f"“{zh}”", f"“{en}”")) == [code]


@pytest.mark.parametrize(
    "word", ["such as tea", "for example tea", "including tea", "tea, etc.", "e.g. tea"]
)
def test_each_open_ended_word_must_be_closed(word: str) -> None:
    assert said("茶。", f"We serve {word}.", '[statement.x]\nkept_by = ["example.control"]') == [
        "T111"
    ]
    assert said("茶。", f"We serve {word}.") == []


@pytest.mark.parametrize("word", ["茶等。", "例如茶。", "包括茶。", "诸如茶。"])
def test_each_open_ended_word_must_be_closed_in_chinese(word: str) -> None:
    assert said(word, "Tea.", '[statement.x]\nkept_by = ["example.control"]') == ["T111"]


@pytest.mark.parametrize("word", ["平等。", "等级。", "等待。", "同等。", "高等。"])
def test_a_word_that_only_holds_the_sign_is_not_open_ended(word: str) -> None:
    assert said(word, "Equal.", '[statement.x]\nkept_by = ["example.control"]') == []


def test_a_heading_with_an_open_ended_word_promises_nothing() -> None:
    assert codes(folder(zh="## 数据等 {#x}", en="## Data, etc. {#x}")) == []


def test_wavering_is_settled_only_by_a_reading_that_names_every_name() -> None:
    words = {"zh": "个人数据。 {#x}", "en": "Personal information. {#x}"}
    partial = READING.replace("as above", "personal data is all")
    whole = READING.replace("as above", "Personal data and personal information are one")
    assert codes(folder(**words, toml=partial)) == ["T110"]
    assert codes(folder(**words, toml=whole)) == []


def test_only_the_line_that_moved_is_told() -> None:
    zh = "丙。 {#c}\n甲。 {#a}\n乙。 {#b}"
    found = findings(folder(zh=zh, en="A. {#a}\nB. {#b}\nC. {#c}"))
    assert [marked(d, folder(zh=zh)) for d in found if d.code == "T101"] == ["丙。"]


def test_a_practice_that_nothing_keeps_is_a_warning_and_a_promise_an_error() -> None:
    for kind, severity in {"practice": "warning", "definition": "warning", "promise": "error",
                           "right": "error"}.items():  # fmt: skip
        found = findings(
            folder(zh="做。 {#x}", en="Do. {#x}", toml=f'[statement.x]\nkind = "{kind}"')
        )
        assert [(d.code, d.severity) for d in found] == [("T206", severity)]


def test_advice_needs_nothing_to_keep_it() -> None:
    assert said("看。", "Look.", '[statement.x]\nkind = "advice"') == []


def test_an_optional_field_without_a_consequence_is_a_warning() -> None:
    toml = '[category.account.fields]\nname = { label = { zh = "姓名", en = "Name" } }'
    assert [(d.code, d.severity) for d in findings(folder(toml=toml))] == [("T307", "warning")]


def test_an_empty_recipient_table_says_that_nobody_receives() -> None:
    files = folder()
    assert codes(files) == []
    files["policy.toml"] = files["policy.toml"].replace(b"[recipient]\n", b"")
    assert codes(files) == ["T011"]


def test_an_empty_table_of_partners_closes_a_list() -> None:
    toml = '[statement.x]\nkept_by = ["example.control"]\ncloses = ["partner"]'
    assert said("例如广告。", "For example advertising.", toml) == []


@pytest.mark.parametrize(
    ("table", "bad", "good"),
    [
        ("controller", 'country = "China"', 'country = "{fill: code}"'),
        ("contact", 'email = "nobody"', 'email = "{fill: address}"'),
    ],
)
def test_an_impossible_value_is_told_and_a_place_to_fill_only_warned_of(
    table: str, bad: str, good: str
) -> None:
    text = folder()["policy.toml"].decode()
    block = next(b for b in text.split("\n\n") if b.startswith(f"[{table}]"))
    key = bad.split(" ", 1)[0]
    line = next(x for x in block.split("\n") if x.startswith(key))
    assert codes(folder(toml=block.replace(line, bad))) == ["T313"]
    assert codes(folder(toml=block.replace(line, good))) == ["T113"]


COOKIE = """
[cookie.one]
statement = "account"
label = { zh = "一", en = "One" }
names = ["%s"]
class = "necessary"
purposes = ["account"]
lifetime_days = 1
provider = { zh = "我们", en = "Us" }
grammar = '%s'
"""


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a*", "ab", True),
        ("a*", "ab*", True),
        ("ab*", "a*", True),
        ("a", "a", True),
        ("a", "b", False),
        ("a*", "b*", False),
        ("ab*", "a", False),
    ],
)
def test_names_overlap_when_one_cookie_could_be_both(one: str, other: str, overlap: bool) -> None:  # noqa: FBT001 - a table of answers
    second = (COOKIE % (other, "[0-9]+")).replace("cookie.one", "cookie.two")
    found = codes(folder(toml=COOKIE % (one, "[0-9]+") + second))
    assert found == (["T302"] if overlap else [])


@pytest.mark.parametrize("grammar", [".*", "[^ ]+", "(", "[[a]", "", "(?P<n>a)(?P<n>b)"])
def test_a_grammar_that_is_none_or_lets_an_address_pass_is_caught(grammar: str) -> None:
    assert codes(folder(toml=COOKIE % ("a", grammar))) == ["T303"]


def test_a_cookie_of_the_server_may_match_a_declared_prefix() -> None:
    files = folder(toml=COOKIE % ("app-*", "[0-9]+"))
    assert codes(files, Surface(cookies=(SetCookie("app-1", 1),))) == []
    assert codes(files, Surface(cookies=(SetCookie("other", 1),))) == ["T404"]


def test_an_input_that_says_nothing_of_what_it_collects_is_caught() -> None:
    form = Form("Search", "account", (FormField("q", "", required=False),))
    assert codes(folder(), Surface(forms=(form,))) == ["T401"]


def test_controls_are_those_that_are_given() -> None:
    version = read(folder())
    assert check(version, CONTROLS) == ()
    assert {d.code for d in check(version, frozenset())} == {"T207"}


def test_a_place_to_fill_in_a_comment_is_not_told() -> None:
    assert codes(folder(toml='[recipient] # {fill: nobody}\n# "{fill: nothing}"')) == []


@pytest.mark.parametrize(
    ("patch", "code", "text"),
    [
        ({"zh": "我们保存 60 天。 {#x}", "en": "Kept for 30 days. {#x}"}, "T102", "60"),
        ({"zh": "我们不保存。 {#x}", "en": "We keep it. {#x}"}, "T104", "不"),
        ({"zh": "- 一个**必须**填写。 {#x}", "en": "- A thing. {#x}"}, "T105", "必须"),
        ({"zh": "茶。 {#x}", "en": "Tea, *for example*. {#x}"}, "T111", "for example"),
        ({"en": "We keep it. {#Bad}"}, "T006", "Bad"),
        ({"toml": '[notice]\nstatement = "gone"'}, "T202", "gone"),
        ({"toml": '[statement.data]\nkind = "definition"\nkept_by = [\n  "example.control",\n'
                  '  "wrong.control",\n]'}, "T207", "wrong.control"),
        ({"toml": '[recipient]\n[controller]\nstatement = "change"\ncountry = "CN"\n'
                  'name = { zh = "{fill: 名}", en = "X" }'}, "T113", "{fill: 名}"),
    ],
)  # fmt: skip
def test_the_carets_mark_what_is_wrong(patch: dict[str, str], code: str, text: str) -> None:
    files = folder(**patch)
    found = next(d for d in findings(files) if d.code == code)
    assert marked(found, files) == text
