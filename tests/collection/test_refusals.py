"""Refusals are counted by names alone, in few rows."""

from datetime import timedelta

import pytest

from tests.api.cast import SECRET
from tests.collection.cast import AT, KEY, message, refused, somebody, take, use
from tests.versions.cast import FIRST, default_policy, propose_at
from troth.collection import refusals
from troth.collection.facts import Asked, Span, refused_by_day
from troth.collection.facts import refused as told
from troth.collection.given import By
from troth.collection.jobs import forget_refusals
from troth.collection.models import FIELDS_COUNTED_MAX, Refusal
from troth.ledger.models import Entry
from troth.sites import actions
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
DAY = timedelta(days=1)
ALL = Asked()


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, default_policy())


@pytest.fixture
def subject() -> PersonId:
    return somebody()


def test_the_same_refusal_counts_up_a_day_and_a_key(subject: PersonId) -> None:
    bad = message(subject, {"text": "x", "shoe_size": 43})
    entries = Entry.objects.count()
    for at in (AT, AT + timedelta(minutes=1), AT + DAY):
        take(bad, at=at)
    take(bad, by=By("another"))
    assert sorted(Refusal.objects.values_list("key", "times")) == [
        ("abcdefghijkl", 1),
        ("abcdefghijkl", 2),
        ("another", 1),
    ]
    (most, least) = told(Store().alias, ALL)
    assert (most.key, most.times, most.last_at) == (KEY.key, 3, AT + DAY)
    assert (most.verb, most.code, most.fields) == ("collect", "field-undeclared", ("shoe_size",))
    assert (most.category, most.statement) == ("contact-message", "collection.definition")
    assert least.times == 1
    first_day = Asked(span=Span(AT.date(), AT.date()))
    assert [one.times for one in told(Store().alias, first_day)] == [2, 1]
    assert refused_by_day(Store().alias, ALL) == {AT.date(): 3, AT.date() + DAY: 1}
    assert Entry.objects.count() == entries


def test_refusals_are_found_by_kind_key_and_site(subject: PersonId) -> None:
    made = transact_on(Store(), SYSTEM, AT, actions.make, SECRET)
    refused(message(subject, category="gossip"), by=By(made.key.id, "main"))
    refused(message(subject, category="horoscope"))

    def found(**asked: str) -> list[str]:
        return [one.category for one in told(Store().alias, Asked(**asked))]  # type: ignore[arg-type]

    assert found(key=KEY.key) == ["horoscope"]
    assert found(category="gossip") == ["gossip"]
    assert (found(site="main"), found(site="app")) == (["gossip"], [])
    assert len(found(purpose="support", source="direct")) == 2


def test_no_value_and_nothing_that_is_no_name_is_kept(subject: PersonId) -> None:
    refused(message(subject, {"somebody@example.com": "x"}))
    refused(message(subject, category="somebody@example.com"))
    refused(message(subject, {"text": "x" * 10_001}))
    use(subject, ("somebody@example.com",))
    kept = str(list(Refusal.objects.values_list("code", "category", "statement", "fields")))
    assert "example" not in kept
    assert "xx" not in kept


def test_many_names_are_cut(subject: PersonId) -> None:
    refused(message(subject, {f"field-{n}": "x" for n in range(400)}))
    assert Refusal.objects.get().fields.count(",") == FIELDS_COUNTED_MAX - 1


def test_beyond_so_many_ways_a_day_the_others_count_as_one(
    subject: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "ROWS_MAX", 3)
    for n in (*range(6), 0):
        refused(message(subject, category=f"made-up-{n}"))
    refused(message(subject, category="made-up-9"), by=By("another"))
    rows = Refusal.objects.filter(key=KEY.key).order_by("category")
    assert list(rows.values_list("code", "category", "times")) == [
        ("other", "", 3),
        ("category-undeclared", "made-up-0", 2),
        ("category-undeclared", "made-up-1", 1),
        ("category-undeclared", "made-up-2", 1),
    ]
    assert Refusal.objects.filter(key="another").count() == 1


def test_counts_of_long_ago_are_dropped(subject: PersonId) -> None:
    refused(message(subject, category="gossip"))
    transact_on(Store(), SYSTEM, AT + 400 * DAY, forget_refusals)
    assert Refusal.objects.exists()
    transact_on(Store(), SYSTEM, AT + 401 * DAY, forget_refusals)
    assert not Refusal.objects.exists()
