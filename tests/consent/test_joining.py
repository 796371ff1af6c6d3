"""What a visitor chose joins her account where the register says so, and widens nothing else."""

import pytest

from tests.consent.cast import (
    AT,
    COUNT,
    PARTNERS,
    SECOND,
    STATISTICS,
    choose,
    seen,
    somebody,
    stands,
    withdraw,
)
from tests.versions.cast import FIRST, edited, hash_of, propose_at
from troth import vault
from troth.consent import joining
from troth.consent.actions import Chosen, Seen
from troth.consent.errors import JoinNotDeclaredError
from troth.consent.models import Choice, Joined
from troth.ledger.models import Entry
from troth.people import erasure
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
MAIN = 'service = "main"\n\n[site.app]'
JOINS = edited(MAIN, f"joins_choices = true\n{MAIN}", "policy.toml")
SEEN = Seen("", "en", "sign-in", {}, key="k", origin="https://www.example.com")


@pytest.fixture
def visitor() -> PersonId:
    return somebody()


@pytest.fixture
def joins() -> str:
    return hash_of(propose_at(FIRST, JOINS))


def say(subject: PersonId, version: str, about: str, *, given: bool) -> None:
    choose(subject, {about: given}, seen(version, about, files=JOINS))


def join(visitor: PersonId, person: PersonId, site: str = "main") -> Chosen:
    run = joining.join
    return transact_on(Store(), SYSTEM, AT + 2 * SECOND, run, visitor, person, site, SEEN)


def test_what_the_visitor_said_is_said_by_the_account(
    joins: str, visitor: PersonId, subject: PersonId
) -> None:
    say(visitor, joins, STATISTICS, given=True)
    say(visitor, joins, COUNT, given=False)
    assert join(visitor, subject).changed == {STATISTICS, COUNT}
    assert stands(subject).consent == {STATISTICS}
    assert stands(subject).refused == {COUNT}
    theirs, own = (Choice.objects.filter(subject=who) for who in (visitor, subject))
    assert set(theirs.values_list("about", "text")) == set(own.values_list("about", "text"))
    assert {(row.key, row.origin, row.bearer) for row in own} == {
        ("k", "https://www.example.com", "person")
    }
    names = [
        transact_on(Store(), SYSTEM, AT, vault.pseudonym, who).encode()
        for who in (visitor, subject)
    ]
    told = Entry.objects.filter(kind__in=["consent.joined", "consent.visitor-joined"])
    assert told.count() == 2
    assert all(name in bytes(entry.body) for entry in told for name in names)


@pytest.mark.parametrize("theirs", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_a_no_of_either_side_wins(
    joins: str,
    visitor: PersonId,
    subject: PersonId,
    theirs: bool,  # noqa: FBT001 - the answer itself
    own: bool,  # noqa: FBT001 - the same
) -> None:
    say(visitor, joins, STATISTICS, given=theirs)
    say(subject, joins, STATISTICS, given=own)
    join(visitor, subject)
    assert (STATISTICS in stands(subject).consent) is (theirs and own)
    assert (STATISTICS in stands(subject).refused) is not (theirs and own)


def test_a_separate_consent_never_joins(joins: str, visitor: PersonId, subject: PersonId) -> None:
    say(visitor, joins, PARTNERS, given=True)
    assert join(visitor, subject) == Chosen(0, frozenset())
    assert stands(subject).separate == set()
    other = somebody()
    say(other, joins, PARTNERS, given=False)
    say(subject, joins, PARTNERS, given=True)
    join(other, subject)
    assert stands(subject).separate == {PARTNERS}


def test_it_joins_once_and_what_is_said_later_holds(
    joins: str, visitor: PersonId, subject: PersonId
) -> None:
    say(visitor, joins, STATISTICS, given=False)
    join(visitor, subject)
    say(subject, joins, STATISTICS, given=True)
    before = Entry.objects.count(), Choice.objects.count()
    assert join(visitor, subject) == Chosen(2, frozenset())
    assert stands(subject).consent == {STATISTICS}
    assert (Entry.objects.count(), Choice.objects.count()) == before
    say(visitor, joins, COUNT, given=True)
    assert join(visitor, subject).changed == {COUNT}
    assert stands(subject).consent == {STATISTICS, COUNT}
    assert Joined.objects.get().sequence == 2


def test_a_yes_to_other_words_than_those_of_now_does_not_join(
    visitor: PersonId, subject: PersonId
) -> None:
    """The two differ by a misprint, so that the newer takes effect at once."""
    misprint = JOINS["en.md"].replace(b"interact", b"interacd")
    old = JOINS | {"en.md": misprint}
    words = hash_of(propose_at(FIRST, old))
    choose(visitor, {STATISTICS: True}, seen(words, STATISTICS, files=old))
    propose_at(AT + SECOND, JOINS)
    assert join(visitor, subject).changed == set()
    assert stands(visitor).consent == {STATISTICS}


def test_what_is_not_declared_is_refused_with_the_sentence(
    version: str, visitor: PersonId, subject: PersonId
) -> None:
    choose(visitor, {STATISTICS: True}, seen(version, STATISTICS))
    with pytest.raises(JoinNotDeclaredError) as refused:
        join(visitor, subject)
    assert (refused.value.about, refused.value.statement) == ("site.main", "collection.usage")
    assert not Joined.objects.exists()
    assert stands(subject).consent == set()


@pytest.mark.parametrize("site", ["app", "nothing"])
def test_a_site_that_says_nothing_of_it_joins_nothing(
    joins: str, visitor: PersonId, subject: PersonId, site: str
) -> None:
    say(visitor, joins, STATISTICS, given=True)
    with pytest.raises(JoinNotDeclaredError):
        join(visitor, subject, site)


def test_what_was_joined_is_taken_back_as_anything(
    joins: str, visitor: PersonId, subject: PersonId
) -> None:
    say(visitor, joins, STATISTICS, given=True)
    join(visitor, subject)
    withdraw(subject, [STATISTICS], SEEN, AT + 3 * SECOND)
    assert stands(subject).consent == set()
    assert stands(visitor).consent == {STATISTICS}


@pytest.mark.parametrize("whose", ["visitor", "subject"])
def test_erased_nobody_was_joined(
    joins: str, visitor: PersonId, subject: PersonId, whose: str
) -> None:
    say(visitor, joins, STATISTICS, given=True)
    join(visitor, subject)
    erasure.erase({"visitor": visitor, "subject": subject}[whose], "asked")
    assert not Joined.objects.exists()
