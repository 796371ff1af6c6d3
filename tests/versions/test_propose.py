"""A changed folder becomes a version; it takes effect only if its changes demand nothing."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.versions.cast import (
    ALIAS,
    FIRST,
    LATER,
    default_policy,
    edited,
    longer_notice,
    propose_at,
    retyped,
    reworded,
)
from troth.policy.diagnostic import UnreadablePolicyError
from troth.site.policyfolder import AT_START, BY_OPERATOR, adopt
from troth.site.problem import CannotGoOnError
from troth.versions import facts
from troth.versions.actions import ClockSetBackError
from troth.versions.examinations import history
from troth.versions.languages import OneLanguageChangedError
from troth.versions.models import StoredVersion, Withdrawal

pytestmark = pytest.mark.django_db
LAST_STATEMENT = "revision.continued-use"


def test_the_first_version_takes_effect_at_once() -> None:
    made = propose_at(FIRST, default_policy())
    assert made.recorded
    assert made.in_force
    assert made.version.number == 1
    assert facts.in_force(ALIAS, FIRST) == made.version
    assert facts.waiting(ALIAS) is None


def test_no_version_is_in_force_before_the_first() -> None:
    propose_at(FIRST, default_policy())
    assert facts.in_force(ALIAS, FIRST - timedelta(seconds=1)) is None


def test_the_same_folder_again_is_no_new_version() -> None:
    first = propose_at(FIRST, default_policy())
    again = propose_at(LATER, default_policy())
    assert not again.recorded
    assert again.in_force
    assert again.version == first.version


def test_a_change_that_demands_a_notice_waits() -> None:
    first = propose_at(FIRST, default_policy())
    second = propose_at(LATER, longer_notice())
    assert second.recorded
    assert not second.in_force
    assert second.decision is not None
    assert not second.decision.allowed
    assert facts.in_force(ALIAS, LATER) == first.version
    assert facts.waiting(ALIAS) == second.version


def test_a_change_that_demands_nothing_takes_effect() -> None:
    propose_at(FIRST, default_policy())
    second = propose_at(LATER, retyped())
    assert second.recorded
    assert second.in_force
    assert facts.in_force(ALIAS, LATER) == second.version
    assert facts.in_force(ALIAS, FIRST) != second.version


@pytest.mark.parametrize("name", ["en.md", "zh.md"])
def test_a_statement_changed_in_one_language_only_is_refused_and_named(name: str) -> None:
    propose_at(FIRST, default_policy())
    with pytest.raises(OneLanguageChangedError, match=LAST_STATEMENT):
        propose_at(LATER, reworded(name))
    assert StoredVersion.objects.count() == 1
    with pytest.raises(CannotGoOnError, match=LAST_STATEMENT):
        adopt(reworded(name), BY_OPERATOR)


def test_a_statement_changed_in_each_language_is_recorded() -> None:
    propose_at(FIRST, default_policy())
    assert propose_at(LATER, reworded("en.md", "zh.md")).recorded


def test_a_clock_set_back_is_refused_not_taken_for_a_time_without_a_policy() -> None:
    propose_at(FIRST, default_policy())
    with pytest.raises(ClockSetBackError, match="2026-01-01 12:00"):
        propose_at(FIRST - timedelta(days=1), longer_notice())
    assert StoredVersion.objects.count() == 1


def test_a_clock_a_little_behind_records_after_what_is_recorded() -> None:
    """Two servers on one database: the clock of one is a second behind."""
    propose_at(FIRST, default_policy())
    late = FIRST - timedelta(seconds=1)
    assert not propose_at(late, longer_notice()).in_force
    second = propose_at(late, retyped())
    assert second.in_force
    assert facts.in_force(ALIAS, FIRST + timedelta(microseconds=1)) == second.version
    assert history(ALIAS, LATER).verdict == "kept"


def test_the_newest_of_two_proposed_at_the_same_instant_is_in_force() -> None:
    propose_at(FIRST, default_policy())
    second = propose_at(FIRST, retyped())
    assert facts.in_force(ALIAS, LATER) == second.version
    assert history(ALIAS, LATER).verdict == "kept"


def test_a_version_tells_how_it_came_in_and_names_nobody() -> None:
    assert adopt(default_policy(), AT_START).version.author == "start"
    assert adopt(retyped(), BY_OPERATOR).version.author == "operator"


def test_which_version_is_in_force_and_since_when_is_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    propose_at(FIRST, default_policy())
    with django_assert_num_queries(1):
        current = facts.in_force(ALIAS, LATER)
        assert current is not None
        assert current.effect.from_at == FIRST


def test_what_waits_is_not_recorded_twice() -> None:
    propose_at(FIRST, default_policy())
    second = propose_at(LATER, longer_notice())
    again = propose_at(LATER, longer_notice())
    assert not again.recorded
    assert again.version == second.version
    assert again.changes == second.changes
    assert StoredVersion.objects.count() == 2


def test_a_folder_changed_back_withdraws_what_waits() -> None:
    first = propose_at(FIRST, default_policy())
    second = propose_at(LATER, longer_notice())
    back = propose_at(LATER, default_policy())
    assert back.version == first.version
    assert not back.recorded
    assert back.withdrawn == second.version
    assert facts.waiting(ALIAS) is None
    assert Withdrawal.objects.get().cause == "changed-back"


def test_the_same_change_after_it_was_taken_back_is_a_version_of_its_own() -> None:
    propose_at(FIRST, default_policy())
    second = propose_at(LATER, longer_notice())
    propose_at(LATER, default_policy())
    third = propose_at(LATER, longer_notice())
    assert third.version.number == 3
    assert third.version.hash == second.version.hash
    assert facts.waiting(ALIAS) == third.version


def test_a_newer_change_replaces_what_waits() -> None:
    propose_at(FIRST, default_policy())
    second = propose_at(LATER, longer_notice())
    third = propose_at(LATER, edited("period_days = 30", "period_days = 10", "policy.toml"))
    assert third.withdrawn == second.version
    assert facts.waiting(ALIAS) == third.version
    assert Withdrawal.objects.get().cause == "superseded"


def test_a_version_keeps_the_folder_byte_for_byte() -> None:
    files = default_policy()
    made = propose_at(FIRST, files, author="owner-abc234")
    stored = StoredVersion.objects.get()
    assert stored.files == files
    assert stored.author == "owner-abc234"
    assert facts.document(ALIAS, made.version.hash).hash == made.version.hash


def test_a_folder_that_cannot_be_read_records_nothing() -> None:
    with pytest.raises(UnreadablePolicyError):
        propose_at(FIRST, {"en.md": b"\xff", "zh.md": b"", "policy.toml": b""})
    assert not StoredVersion.objects.exists()


def test_a_version_is_found_by_number_hash_and_its_beginning() -> None:
    made = propose_at(FIRST, default_policy()).version
    for reference in ("1", made.hash, made.hash[:8], made.hash[:12].upper()):
        assert facts.find(ALIAS, reference) == made
    for reference in ("2", "0", made.hash[:7], "f" * 64, "", "é", "1' OR 1=1", "9" * 40):
        assert facts.find(ALIAS, reference) is None


def test_the_history_tells_what_became_of_each_version() -> None:
    propose_at(FIRST, default_policy())
    propose_at(LATER, longer_notice())
    propose_at(LATER, default_policy())
    propose_at(LATER, longer_notice())
    told = [
        (r.version.number, r.from_at, r.withdrawn_at, r.is_waiting) for r in facts.history(ALIAS)
    ]
    assert told == [
        (3, None, None, True),
        (2, None, LATER, False),
        (1, FIRST, None, False),
    ]
