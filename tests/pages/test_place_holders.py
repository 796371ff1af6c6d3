"""What an operator has still to fill in, in words of the page's language or marked as another's."""

import pytest
from django.test import Client
from django.utils.translation import override

from tests.pages.html import page_of
from troth.site.typeset.inline import inline, plain


@pytest.mark.django_db
@pytest.mark.usefixtures("published")
def test_the_chinese_page_asks_for_what_is_missing_in_chinese(client: Client) -> None:
    page = page_of(client.get("/", headers={"accept-language": "zh"}))
    for english in ("two-letter country code", "privacy e-mail", "to be filled in"):
        assert english not in page.text
    assert "待填写：隐私事务邮箱" in page.text
    assert "待填写：两位字母的国家代码" in page.text
    assert "to be filled in: privacy e-mail" in page_of(client.get("/")).text


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("zh-hans", "{fill: anything else}", '待填写：<span lang="en">anything else</span>'),
        ("zh-hans", "{fill: 公司全称}", "待填写：公司全称"),
        ("en", "{fill: 公司全称}", 'to be filled in: <span lang="zh-Hans">公司全称</span>'),
        ("en", "{fill: a &amp; <b>}", "to be filled in: a &amp;amp; &lt;b&gt;"),
        ("zh-hans", "{fill: <i>}", '待填写：<span lang="en">&lt;i&gt;</span>'),
    ],
)
def test_words_of_another_language_say_which_and_stay_text(
    language: str, text: str, shown: str
) -> None:
    with override(language):
        assert plain(text) == f'<span class="fill">{shown}</span>'


def test_the_frame_is_in_the_texts_own_language_whoever_reads_it_first() -> None:
    text = "{fill: 仅在此测试中}"
    with override("en"):
        first = inline(text, "zh")
    with override("zh-hans"):
        assert inline(text, "zh") == first == '<span class="fill">待填写：仅在此测试中</span>'
