"""Facts come from outside as JSON: parsed in one call, or refused with a sentence."""

from datetime import UTC, datetime

import pytest

from troth.gate import Facts, MalformedFactsError, NamedPersonError, parse
from troth.gate.facts import CollectFacts, SetCookieFacts, TakeEffectFacts, UseFacts


@pytest.mark.parametrize(
    ("document", "facts"),
    [
        (
            (
                '{"verb":"collect","category":"account","fields":["email"],"purpose":"account",'
                '"source":"direct","agreed":["purpose.search"],"region":"CN"}'
            ),
            CollectFacts(
                category="account",
                fields=frozenset({"email"}),
                purpose="account",
                source="direct",
                agreed=frozenset({"purpose.search"}),
                region="CN",
            ),
        ),
        (
            '{"verb":"use","category":"account","purpose":"support","agreed":5}',
            UseFacts(category="account", purpose="support", agreed=5),
        ),
        (
            '{"verb":"set_cookie","name":"__Host-troth-console","conforms":true}',
            SetCookieFacts(name="__Host-troth-console", conforms=True),
        ),
        (
            '{"verb":"take_effect","demands":["notice"],"announced_at":"2026-03-01T00:00:00Z"}',
            TakeEffectFacts(
                demands=frozenset({"notice"}), announced_at=datetime(2026, 3, 1, tzinfo=UTC)
            ),
        ),
    ],
)
def test_facts_parse_in_one_call(document: str, facts: Facts) -> None:
    assert parse(document) == facts
    assert parse(document.encode()) == facts


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "truncated"),
        ("[]", "takes an object"),
        ("{", "truncated"),
        ('{"verb":"use","category":' + "[" * 100_000, "category takes a text"),
        ('{"category":"account","purpose":"support"}', "of no verb; the verbs are"),
        ('{"verb":"erase","category":"account"}', "of no verb; the verbs are collect, use"),
        ('{"verb":"use","category":"account"}', "fact purpose is missing"),
        ('{"verb":"use","category":"account","purpose":1}', "purpose takes a text"),
        ('{"verb":"use","category":"account","purpose":"a","colour":"red"}', "has no fact colour"),
        (
            '{"verb":"use","category":"a","purpose":"x@example.com"}',
            "purpose takes a name of the register",
        ),
        (
            '{"verb":"use","category":"a","purpose":"b","agreed":-1}',
            "agreed takes a whole number from 0 on",
        ),
        ('{"verb":"read_cookie","name":"a=b","purpose":"b"}', "name takes a cookie's name"),
        ('{"verb":"take_effect","shown_at":"2026-03-01T00:00:00"}', "takes a time with its zone"),
        (b'{"verb":"use","category":"\xff","purpose":"b"}', "utf-8"),
    ],
)
def test_malformed_facts_are_refused_and_the_sentence_says_where(
    document: str | bytes, why: str
) -> None:
    with pytest.raises(MalformedFactsError) as caught:
        parse(document)
    assert why.lower() in str(caught.value).lower()
    assert not isinstance(caught.value, NamedPersonError)


@pytest.mark.parametrize(
    "document",
    [
        '{"verb":"use","category":"account","purpose":"support","subject":"anna"}',
        '{"verb":"collect","person":"p-1"}',
        '{"verb":"view","category":"account","purpose":"support","person":"p-1"}',
    ],
)
def test_a_question_about_a_named_person_is_refused_as_such(document: str) -> None:
    with pytest.raises(NamedPersonError, match="named person"):
        parse(document)
