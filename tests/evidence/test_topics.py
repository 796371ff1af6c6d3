"""The topics of a policy, looked for on the page a stranger gets."""

import pytest
from django.test import override_settings

from tests.evidence.scene import NOW, policy_of, statement
from troth.evidence.sections import chapters
from troth.policy.document import Line, Version
from troth.policy.words import LANGS, Lang, StatementId
from troth.site import topics as site_topics
from troth.site.topics import Page, examine, fetch, topics
from troth.store import Store

pytestmark = pytest.mark.slow


def test_the_default_policy_names_five_topics(policy: Version) -> None:
    assert topics(policy) == ("collection", "cookies", "disclosure", "protection", "revision")


def test_the_topics_of_another_policy_are_its_chapters() -> None:
    levels = {"title": 1, "first": 2, "one": 0, "second": 2, "detail": 3, "two": 0}
    lines = tuple(
        Line(id=StatementId(i), role="heading" if level else "sentence", text=i, level=level)
        for i, level in levels.items()
    )
    other = policy_of(statement("one", "a"), statement("two", "a"))
    other = Version(
        hash=other.hash,
        statements=other.statements,
        register=other.register,
        lines=dict.fromkeys(LANGS, lines),
        sources={},
    )
    assert topics(other) == ("first", "second")
    assert chapters(other) == {"first": ("one",), "second": ("two",)}


def test_a_policy_without_headings_is_one_chapter() -> None:
    other = policy_of(statement("one", "a"), statement("two", "a"))
    assert chapters(other) == {"": ("one", "two")}


@pytest.mark.parametrize("lang", LANGS)
def test_the_policy_page_is_fetched_as_a_stranger_in_each_language(
    lang: Lang, stored: Store
) -> None:
    assert stored
    page = fetch(lang)
    assert page.status == 200
    assert page.cookies == ()
    assert {"zh": "我们的目的", "en": "Our Purpose"}[lang] in page.html


def test_a_page_that_cannot_answer_is_an_internal_error() -> None:
    with override_settings(ROOT_URLCONF="troth.no_such_module"):
        assert fetch("en").status == 500


def test_a_page_that_sets_a_cookie_is_found(stored: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy must be readable before anything is collected."""
    honest = fetch

    def with_cookie(lang: Lang) -> Page:
        page = honest(lang)
        return Page(page.status, page.html, ("tracker",))

    monkeypatch.setattr(site_topics, "fetch", with_cookie)
    evidence = examine(stored.alias, NOW)
    assert evidence.verdict == "broken"
    assert "zh: sets cookie tracker" in evidence.samples


def test_a_heading_in_the_wrong_language_is_no_topic(
    stored: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = fetch("en")
    monkeypatch.setattr(site_topics, "fetch", lambda _lang: english)
    evidence = examine(stored.alias, NOW)
    assert evidence.verdict == "broken"
    assert "zh: cookies" in evidence.samples
    assert "en: cookies" not in evidence.samples


@pytest.mark.django_db
def test_a_store_without_a_version_has_no_policy_page() -> None:
    assert examine("default", NOW).samples == ("no version in force",)
