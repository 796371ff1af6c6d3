"""Having seen a notice and going on are kept apart from each other, and are no consent."""

from datetime import timedelta

import pytest

from tests.consent.cast import AT, PARTNERS, STATISTICS, choose, decided, seen, stands
from tests.versions.cast import FIRST, LATER, longer_notice, propose_at
from troth.consent import accepting
from troth.consent.actions import Seen
from troth.consent.errors import MomentError, NoNoticeError
from troth.consent.facts import Agreed
from troth.consent.history import acceptances, history
from troth.consent.models import Acceptance, Choice, Standing
from troth.ledger.models import Entry
from troth.people import erasure
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NOBODY = Agreed(frozenset(), frozenset(), frozenset())


def acknowledge(subject: PersonId, version: str) -> bool:
    shown = Seen(version, "en", "main", {})
    run = accepting.acknowledge
    return transact_on(Store(), SYSTEM, AT, run, subject, version, "notice-1", shown)


def accept(subject: PersonId, version: str, seen_before: timedelta | None = MINUTE) -> bool:
    def verb(tx: Tx) -> bool:
        seen_at = None if seen_before is None else AT - seen_before
        return accepting.accept(tx, subject, version, seen_at, AT, "main")

    return transact_on(Store(), SYSTEM, AT + MINUTE, verb)


def test_each_is_kept_once_a_version_with_its_circumstances_sealed(
    version: str, subject: PersonId
) -> None:
    assert [acknowledge(subject, version) for _ in range(2)] == [True, False]
    assert [accept(subject, version) for _ in range(2)] == [True, False]
    kinds = ("consent.accepted", "consent.acknowledged")
    assert sorted(Entry.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == [*kinds]
    assert not any(b"notice-1" in bytes(row.box or b"") for row in Acceptance.objects.all())
    told = transact_on(Store(), SYSTEM, AT, acceptances, subject, "rights")
    assert [(one.kind, one.version) for one in told] == [
        ("acceptance", version),
        ("acknowledgement", version),
    ]
    assert (told[0].seen_at, told[0].used_at) == (AT - MINUTE, AT)
    assert told[0].circumstances == {"place": "main"}
    assert (told[1].seen_at, told[1].used_at) == (AT, None)
    assert told[1].circumstances == {"notice": "notice-1", "place": "main", "lang": "en"}


def test_neither_ever_stands_for_a_consent(version: str, subject: PersonId) -> None:
    acknowledge(subject, version)
    refused = decided(subject, "usage-statistics")
    assert (refused.allowed, refused.reason.code) == (False, "consent-missing")
    accept(subject, version)
    refused = decided(subject, "usage-statistics")
    assert (refused.allowed, refused.reason.code) == (False, "acceptance-is-no-consent")
    assert stands(subject) == NOBODY
    assert not Standing.objects.exists()
    assert not Choice.objects.exists()
    assert transact_on(Store(), SYSTEM, AT, history, subject, "rights") == ()
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    assert decided(subject, "usage-statistics").allowed


def test_a_consent_is_none_of_them(version: str, subject: PersonId) -> None:
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    choose(subject, {PARTNERS: True}, seen(version, PARTNERS))
    assert not Acceptance.objects.exists()
    assert transact_on(Store(), SYSTEM, AT, acceptances, subject, "rights") == ()


@pytest.mark.parametrize("seen_before", [None, -MINUTE])
def test_without_a_notice_seen_before_there_is_no_acceptance(
    version: str, subject: PersonId, seen_before: timedelta | None
) -> None:
    with pytest.raises(NoNoticeError) as refused:
        accept(subject, version, seen_before)
    assert refused.value.statement == "revision.acceptance"
    assert not Acceptance.objects.exists()
    assert not Entry.objects.filter(kind="consent.accepted").exists()


def test_nobody_accepts_a_version_by_a_use_before_it_was_in_force(
    version: str, subject: PersonId
) -> None:
    assert version
    waiting = propose_at(LATER - MINUTE, longer_notice()).version.hash
    for unfit in (waiting, "0" * 64):
        with pytest.raises(MomentError):
            accept(subject, unfit)

    def tomorrow(tx: Tx) -> bool:
        return accepting.accept(tx, subject, version, FIRST, LATER, "main")

    with pytest.raises(MomentError):
        transact_on(Store(), SYSTEM, AT, tomorrow)
    assert not Acceptance.objects.exists()


def test_erased_nobody_has_accepted_anything(version: str, subject: PersonId) -> None:
    accept(subject, version)
    commitment = bytes(Acceptance.objects.get().commitment)
    erasure.erase(subject, "asked")
    row = Acceptance.objects.get()
    assert (row.subject, row.box, bytes(row.commitment)) == ("", None, commitment)
