"""A changed folder becomes a version; it takes effect only if its changes demand nothing."""

from datetime import timedelta

import pytest

from tests.versions.cast import (
    ALIAS,
    FIRST,
    LATER,
    default_policy,
    edited,
    longer_notice,
    propose_at,
    retyped,
)
from troth.policy.diagnostic import UnreadablePolicyError
from troth.versions import facts
from troth.versions.models import StoredVersion, Withdrawal

pytestmark = pytest.mark.django_db


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
