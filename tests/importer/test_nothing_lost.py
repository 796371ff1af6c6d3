"""No text is lost: footnotes, link definitions, hidden parts; and a parser that eats is caught."""

import pytest

from troth.policy import importer
from troth.policy.importer import (
    BEFORE_FIRST_HEADING,
    Imported,
    TextLostError,
    import_policy,
    markdown,
)
from troth.policy.importer.letters import missing
from troth.policy.importer.tree import Parsed


def imported(suffix: str, zh: str, en: str) -> Imported:
    files = {f"zh.{suffix}": zh.encode(), f"en.{suffix}": en.encode()}
    return import_policy(files, previous=None, keep_noise=False)


def bodies(done: Imported, lang: str) -> list[str]:
    lines = done.files[f"{lang}.md"].decode().splitlines()
    return [line.partition(" {#")[0] for line in lines if line]


def test_a_footnote_is_text_with_spaces_or_without() -> None:
    done = imported(
        "md",
        "我们使用Cookies。[^1]\n\n[^1]: 我们绝不出售您的数据。\n",
        "We use cookies.[^1]\n\n[^1]: We never sell your data.\n",
    )
    assert bodies(done, "zh") == [r"我们使用Cookies。\[^1\]", r"\[^1\]: 我们绝不出售您的数据。"]
    assert bodies(done, "en") == [r"We use cookies.\[^1\]", r"\[^1\]: We never sell your data."]
    assert done.unaligned == ()


def test_a_footnote_nothing_refers_to_and_one_of_several_parts_are_text() -> None:
    done = imported(
        "md",
        "我们收集。\n\n[^a]:\n[^b]: 我们出租。\n\n    我们交换。\n",
        "We collect.\n\n[^a]:\n[^b]: We rent.\n\n    We swap.\n",
    )
    assert bodies(done, "en") == ["We collect.", r"\[^a\]:", r"\[^b\]: We rent.", "We swap."]
    assert bodies(done, "zh")[-1] == "我们交换。"


@pytest.mark.parametrize("text", ["[注]: 我们绝不出售您的数据。", "请见[注](我们绝不出售。)"])
def test_chinese_where_an_address_should_be_stays_text(text: str) -> None:
    done = imported("md", f"我们收集。\n\n{text}\n", "We collect.\n\nNote: We never sell.\n")
    assert "我们绝不出售" in bodies(done, "zh")[-1]


def test_links_by_label_stay_links_and_their_titles_are_named() -> None:
    done = imported(
        "md",
        '详见[规则][r]。\n\n[r]: https://a.example/zh/规则 "全文"\n',
        'See [the rules][r].\n\n[r]: https://a.example/rules "In full"\n[x]: /never "Sold"\n',
    )
    assert bodies(done, "en") == ["See [the rules](https://a.example/rules)."]
    assert done.report.left_out == {
        "zh.md": ('1: "全文"',),
        "en.md": ('1: "In full"', '4: [x]: /never "Sold"'),
    }


def test_braces_with_a_sentence_in_them_are_no_layout_hint() -> None:
    done = imported("md", "我们收集 {.note 我们不出售}\n", "We collect {: .lead}\n")
    assert "我们不出售" in bodies(done, "zh")[0]
    assert bodies(done, "en") == ["We collect"]


@pytest.mark.parametrize("style", ["display:none", "color: red; Visibility : hidden"])
def test_what_a_style_hides_is_left_out_and_named(style: str) -> None:
    hidden = f'<p style="{style}">Secret words</p><p aria-hidden="true">We show.</p>'
    done = imported("html", "<p>我们收集。</p><p>我们展示。</p>", f"<p>We collect.</p>{hidden}")
    assert bodies(done, "en") == ["We collect.", "We show."]
    assert done.report.left_out["en.html"] == ("<p> Secret words",)


def test_a_parser_that_swallows_a_sentence_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def eats(text: str) -> Parsed:
        return markdown.parse(text.replace("We never sell.", ""))

    monkeypatch.setitem(importer._PARSERS, "markdown", eats)  # noqa: SLF001 - a faulty parser
    with pytest.raises(TextLostError, match="line 3") as caught:
        imported("md", "我们收集。\n", "We collect.\n\nWe never sell.\n")
    assert caught.value.message.values["text"] == "We never sell."


def test_tags_comments_and_entities_are_no_letters() -> None:
    raw = '<!-- note --><style>p {}</style><p title="a > b">A &amp; b</p>'
    assert missing(raw, "html", ["A & b"]) is None
    assert missing(raw, "markdown", ["A & b"]) is None
    assert missing(raw, "html", ["A &"]) == (1, raw[:60])


@pytest.mark.slow
def test_thousands_of_statements_with_the_same_words_get_ids_of_their_own() -> None:
    count = 3000
    done = imported(
        "txt", "我们收集姓名。\n\n您同意。\n\n" * count, "We collect.\n\nYou agree.\n\n" * count
    )
    assert done.report.statements == 2 * count
    assert f"{{#preamble.collect-{count}}}" in done.files["en.md"].decode()


def test_statements_above_every_heading_are_counted_under_a_name() -> None:
    done = imported(
        "md", "我们收集。\n\n# 目的\n\n我们说明。\n", "We collect.\n\n# Why\n\nWe explain.\n"
    )
    assert next(iter(done.report.sections.items())) == (BEFORE_FIRST_HEADING, 1)


def test_a_blank_in_angle_brackets_is_named_and_a_true_tag_is_not() -> None:
    done = imported(
        "md",
        "<公司> 保护<b>您的</b>数据。\n\n<Company Name> 不出售。\n",
        "We are <Company Name> and keep <b>your</b> data.\n\nWe sell nothing.<br>\n",
    )
    assert done.report.left_out["en.md"] == ("1: <Company Name>",)
    assert done.report.left_out["zh.md"] == ("3: <Company Name>",)
    assert "公司" in bodies(done, "zh")[0]
