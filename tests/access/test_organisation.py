"""The organisation: who is responsible, and procedures of which nothing is ever lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.access.cast import AT, DAY, make_member
from tests.access.house import act
from troth.access import organisation, starting
from troth.access.allowed import NotAllowedError
from troth.access.models import Member, Procedure, Responsible
from troth.access.organisation import Draft, OutdatedError
from troth.access.undertakings import TextError
from troth.ledger.models import Entry
from troth.policy.words import LANGS
from troth.store import SYSTEM

pytestmark = pytest.mark.django_db
DRAFT = Draft("访客", "Visitors to the office", "请登记。", "Sign in, please.")
NAME = "visitors-to-the-office"


@pytest.fixture
def owner() -> Member:
    return make_member("owner")


def test_two_procedures_of_substance_come_with_a_new_server() -> None:
    act(SYSTEM, starting.begin)
    found = organisation.procedures("default")
    assert [row.name for row in found] == list(starting.PROCEDURES)
    for row in found:
        assert organisation.text_unchanged(row)
        assert row.by == SYSTEM
        assert len(row.body_zh) > 800
        assert len(row.body_en) > 2_500
        assert len([x for x in row.body_zh.splitlines() if x.startswith("## ")]) == len(
            [x for x in row.body_en.splitlines() if x.startswith("## ")]
        )


@pytest.mark.parametrize("name", [starting.UNDERTAKING, *starting.PROCEDURES])
def test_what_comes_with_it_has_a_title_in_each_language(name: str) -> None:
    for lang in LANGS:
        text = starting.starter(name, lang)
        assert text.startswith("# ")
        assert starting.title_of(text)
        assert '"' not in text


def test_a_procedure_retired_for_good_does_not_come_back(owner: Member) -> None:
    act(SYSTEM, starting.begin)
    for row in organisation.procedures("default"):
        act(owner, organisation.retire, row.name, row.number)
    act(SYSTEM, starting.begin)
    assert all(row.retired for row in organisation.procedures("default"))


def test_an_open_role_shows_no_holder(owner: Member) -> None:
    holders = organisation.holders("default")
    assert holders["owner"] == [owner.handle]
    assert holders["auditor"] == []


def test_the_newest_named_is_responsible_and_who_was_stays(owner: Member) -> None:
    assert organisation.responsible("default") is None
    for name in ("Robin Example", "Kim Example"):
        act(owner, organisation.name_responsible, "示例", name, "security@example.com")
    named = organisation.responsible("default")
    assert named is not None
    assert named.en == "Kim Example"
    assert Responsible.objects.count() == 2
    assert Entry.objects.filter(kind="access.responsible-named").count() == 2


@pytest.mark.parametrize("role", ["support", "security", "auditor", "engineer"])
def test_who_does_not_govern_changes_nothing(owner: Member, role: Any) -> None:
    actor = make_member(role)
    act(owner, organisation.add_procedure, DRAFT)
    for verb, given in (
        (organisation.name_responsible, ["甲", "A", "a@example.com"]),
        (organisation.add_procedure, [DRAFT]),
        (organisation.revise, [NAME, 1, DRAFT]),
        (organisation.confirm, [NAME, 1]),
        (organisation.retire, [NAME, 1]),
    ):
        with pytest.raises(NotAllowedError):
            act(actor, verb, *given)
    act(make_member("privacy-officer"), organisation.confirm, NAME, 1)


def test_a_procedure_lives_by_versions(owner: Member) -> None:
    first = act(owner, organisation.add_procedure, DRAFT, 30 * DAY)
    assert (first.name, first.number) == (NAME, 1)
    assert [row.name for row in organisation.overdue("default", AT + 100 * DAY)] == [NAME]
    act(owner, organisation.confirm, NAME, 1, note="Still true", at=AT + 100 * DAY)
    assert organisation.overdue("default", AT + 101 * DAY) == []
    second = Draft("访客", "Visitors", "请登记，并佩戴证件。", "Sign in, and wear the badge.")
    act(owner, organisation.revise, NAME, 2, second, note="Badges are new")
    act(owner, organisation.retire, NAME, 3, "No office any more")
    assert [row.number for row in organisation.versions_of("default", NAME)] == [4, 3, 2, 1]
    assert organisation.overdue("default", AT + 3650 * DAY) == []
    act(owner, organisation.revise, NAME, 4, second)
    assert not organisation.procedures("default")[0].retired


def test_who_looked_at_an_older_version_changes_nothing(owner: Member) -> None:
    act(owner, organisation.add_procedure, DRAFT)
    act(owner, organisation.confirm, NAME, 1)
    for verb, given in (
        (organisation.revise, [NAME, 1, DRAFT]),
        (organisation.confirm, [NAME, 1]),
        (organisation.retire, [NAME, 1]),
        (organisation.retire, ["unheard-of", 1]),
    ):
        with pytest.raises(OutdatedError):
            act(owner, verb, *given)


def test_nothing_changed_is_no_new_version(owner: Member) -> None:
    act(owner, organisation.add_procedure, DRAFT)
    same = Draft(" 访客 ", DRAFT.title_en, f"{DRAFT.body_zh}\r\n", DRAFT.body_en)
    with pytest.raises(TextError):
        act(owner, organisation.revise, NAME, 1, same)


@pytest.mark.parametrize(
    ("draft", "review", "field"),
    [
        (Draft("", "A", "b", "c"), 30, "title_zh"),
        (Draft("甲", "x" * 121, "b", "c"), 30, "title_en"),
        (Draft("甲", "A", " ", "c"), 30, "body_zh"),
        (Draft("甲", "A", "b", "c" * 20_001), 30, "body_en"),
        (DRAFT, 0, "review_days"),
        (DRAFT, 1_099, "review_days"),
    ],
)
def test_what_is_missing_is_named(owner: Member, draft: Draft, review: int, field: str) -> None:
    with pytest.raises(TextError) as refused:
        act(owner, organisation.add_procedure, draft, timedelta(days=review))
    assert refused.value.field == field
    assert not Procedure.objects.exists()


def test_two_of_one_title_have_two_names(owner: Member) -> None:
    names = [act(owner, organisation.add_procedure, DRAFT).name for _ in range(2)]
    assert names == [NAME, f"{NAME}-2"]
    assert act(owner, organisation.add_procedure, Draft("甲", "规程", "b", "c")).name == "procedure"


def test_a_version_is_never_changed(owner: Member) -> None:
    act(owner, organisation.add_procedure, DRAFT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Procedure.objects.update(body_en="Come in.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Procedure.objects.all().delete()
