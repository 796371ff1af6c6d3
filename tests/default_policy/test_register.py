"""The register is complete and hangs together: every name in it leads somewhere."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from msgspec import Struct, structs

from troth.policy.document import Version
from troth.policy.register import Entry, Register, Table
from troth.policy.words import Text

PRESUPPOSED: Final = (
    "controller",
    "contact",
    "notice",
    "region",
    "service",
    "site",
    "purpose",
    "category",
    "event",
    "cookie",
    "option",
    "source",
    "recipient",
    "right",
    "measure",
    "retention",
    "obligation",
    "statement",
    "cites",
)
"""The tables the text tells of or presupposes; it names no partner and no processor."""

RIGHTS: Final = frozenset(
    {
        "access",
        "portability",
        "correction",
        "deletion",
        "restriction",
        "withdrawal",
        "explanation",
        "no-automated-decision",
        "relatives",
        "complaint",
        "cookies",
    }
)
"""PIPL 44-50 and 24; GDPR 15-22 and 7(3); the policy's own on cookies."""

OPEN_ENDED: Final = (
    "collection.direct",
    "collection.usage",
    "collection.third-party",
    "collection.messages",
    "collection.required",
    "cookies.contents",
    "cookies.function",
    "cookies.options",
    "cookies.partners",
    "protection.access",
    "protection.incidents",
    "revision.prominent",
    "revision.major",
    "revision.major.model",
    "revision.major.control",
)
"""Statements with *for example*, *such as*, *etc.*, *some*, *certain*, *not limited to*."""


@pytest.fixture(scope="module")
def register(policy: Version) -> Register:
    return policy.register


def tables(register: Register) -> Iterator[tuple[str, Table]]:
    """Yield each table and entry that names a statement, with its path."""
    for name in Register.__struct_fields__:
        value = getattr(register, name)
        if isinstance(value, Table):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}.{k}", v) for k, v in value.items() if isinstance(v, Table))


def texts(value: Any) -> Iterator[Text]:
    """Yield every bilingual text inside a value."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Struct):
        yield from (found for part in structs.astuple(value) for found in texts(part))
    elif isinstance(value, dict):
        yield from (found for part in value.values() for found in texts(part))


@pytest.mark.parametrize("table", PRESUPPOSED)
def test_the_register_holds_what_the_text_presupposes(table: str, register: Register) -> None:
    assert getattr(register, table)


@pytest.mark.parametrize("table", ["partner", "processor"])
def test_nobody_is_declared_whom_the_text_does_not_name(table: str, register: Register) -> None:
    assert getattr(register, table) == {}


def test_no_cookie_and_no_event_waits_for_a_partner(register: Register) -> None:
    assert [k for k, c in register.cookie.items() if c.cookie_class == "partner"] == []
    assert [k for k, e in register.event.items() if e.purpose == "partner-services"] == []


def test_each_entry_names_a_statement_of_the_text(policy: Version) -> None:
    known = {s.id for s in policy.promises}
    wrong = [path for path, entry in tables(policy.register) if entry.statement not in known]
    assert wrong == []


def test_each_text_is_there_in_both_languages(register: Register) -> None:
    found = list(texts(register))
    assert len(found) > 300
    assert [t for t in found if not t.zh.strip() or not t.en.strip()] == []


def test_each_entry_has_a_label_of_its_own_within_its_table(register: Register) -> None:
    for name in Register.__struct_fields__:
        value = getattr(register, name)
        if isinstance(value, dict) and name != "retention":
            labels = [e.label for e in value.values() if isinstance(e, Entry)]
            assert len(labels) == len(set(labels)), name


def test_each_category_names_fields_purposes_sources_and_retention(register: Register) -> None:
    for key, category in register.category.items():
        assert category.fields, key
        assert category.purposes, key
        assert set(category.purposes) <= register.purpose.keys(), key
        assert category.sources, key
        assert set(category.sources) <= register.source.keys(), key
        assert category.retention in register.retention, key


def test_each_field_says_what_happens_without_it(register: Register) -> None:
    silent = [
        f"{key}.{name}"
        for key, category in register.category.items()
        for name, field in category.fields.items()
        if field.without is None
    ]
    assert silent == []


def test_sets_that_identify_together_are_of_linkable_fields(register: Register) -> None:
    for key, category in register.category.items():
        for combination in category.combinations:
            assert len(combination) > 1, key
            for name in combination:
                field = category.fields[name]
                assert (field.data_class or category.data_class) == "linkable", f"{key}.{name}"


def test_a_linkable_category_says_what_identifies_in_combination(register: Register) -> None:
    linkable = {"usage", "visitor", "sign-in-attempt", "access-log", "partner"}
    assert {k for k in linkable if register.category[k].combinations} == linkable


def test_each_attribute_of_an_event_is_a_field_of_its_category(register: Register) -> None:
    for key, event in register.event.items():
        category = register.category[event.category]
        assert set(event.attributes) <= category.fields.keys(), key
        assert event.purpose in category.purposes, key
        assert event.clients, key


def test_each_cookie_holds_declared_fields_for_their_purposes(register: Register) -> None:
    for key, cookie in register.cookie.items():
        assert set(cookie.purposes) <= register.purpose.keys(), key
        assert cookie.holds, key
        for path in cookie.holds:
            name, _, field = path.partition(".")
            assert field in register.category[name].fields, path
            assert not set(cookie.purposes).isdisjoint(register.category[name].purposes), path


def test_each_option_is_kept_by_a_cookie_and_has_its_default(register: Register) -> None:
    assert {"language", "theme"} <= register.option.keys()
    for key, option in register.option.items():
        assert option.cookie in register.cookie, key
        assert option.default in option.values, key


def test_what_needs_consent_says_how_to_withdraw(register: Register) -> None:
    for key, purpose in register.purpose.items():
        needs = purpose.consent != "none"
        assert needs == (purpose.basis == "consent"), key
        assert needs == (purpose.withdraw is not None), key


def test_legitimate_interest_is_claimed_nowhere(register: Register) -> None:
    assert {p.basis for p in register.purpose.values()} == {
        "consent",
        "contract",
        "legal-obligation",
    }


def test_every_region_is_opt_in_and_every_place_has_one(register: Register) -> None:
    assert {r.mode for r in register.region.values()} == {"opt-in"}
    places = [place for r in register.region.values() for place in r.places]
    assert "*" in places
    assert len(places) == len(set(places))


def test_no_third_party_source_is_permitted_by_default(register: Register) -> None:
    third = [s for s in register.source.values() if s.kind in {"public", "commercial"}]
    assert len(third) == 2
    assert all(not s.permissions and s.licence is None and s.review is None for s in third)


def test_both_grounds_of_disclosure_have_a_recipient_and_no_other(register: Register) -> None:
    assert {r.ground for r in register.recipient.values()} == {"consent", "law"}
    assert [r.public for r in register.recipient.values() if r.ground == "consent"] == [True]
    assert all(r.main for r in register.recipient.values())


def test_no_recipient_gets_credentials(register: Register) -> None:
    for recipient in register.recipient.values():
        assert {"credential", "staff-account", "staff-session"}.isdisjoint(recipient.categories)
        assert set(recipient.categories) <= register.category.keys()


def test_each_right_of_the_law_has_a_channel_and_a_time(register: Register) -> None:
    assert register.right.keys() == RIGHTS
    assert all(0 < right.days <= 15 for right in register.right.values())


def test_there_is_a_measure_against_each_threat_the_text_names(register: Register) -> None:
    threats = {t for m in register.measure.values() for t in m.threats}
    assert threats == {"loss", "improper-use", "unauthorised-access", "disclosure"}


def test_each_duty_is_kept_by_controls_or_a_document(register: Register) -> None:
    assert all(o.kept_by or o.document for o in register.obligation.values())


def test_each_retention_is_used_and_has_a_limit(register: Register) -> None:
    assert register.retention.keys() == {c.retention for c in register.category.values()}
    assert all(r.days is not None for r in register.retention.values())


@pytest.mark.parametrize("statement", OPEN_ENDED)
def test_an_open_ended_word_is_closed(statement: str, register: Register) -> None:
    closes = register.statement[statement].closes
    assert closes
    for path in closes:
        table, _, key = path.partition(".")
        assert table in Register.__struct_fields__
        assert not key or key in getattr(register, table), path


def test_a_statement_is_bound_to_controls_and_nothing_else_is(policy: Version) -> None:
    bound = [id_ for id_, b in policy.register.statement.items() if b.kind != "heading"]
    assert bound == [s.id for s in policy.promises]
    assert [s.id for s in policy.promises if not s.kept_by] == []


def test_each_refusal_cites_a_statement(policy: Version) -> None:
    assert policy.register.cites is not None
    assert set(structs.astuple(policy.register.cites)) <= {s.id for s in policy.promises}
