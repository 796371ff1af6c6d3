"""Consents of before Troth: a yes names the words it was asked with, and later words win."""

from datetime import datetime, timedelta

import pytest

from tests.consent.cast import AT, COUNT, SECOND, STATISTICS, choose, seen, stands, withdraw
from troth.consent import bringing
from troth.consent.actions import Chosen, Seen
from troth.consent.errors import MomentError, UnknownChoiceError, WordingError
from troth.consent.history import history
from troth.consent.models import Choice, Wording
from troth.ledger.entries import moment
from troth.ledger.models import Entry
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

pytestmark = pytest.mark.django_db
LONG_AGO = AT - timedelta(days=700)
SEEN = Seen("", "en", "import", {})
WORDS = "May we count what you use?"


@pytest.fixture
def words(version: str) -> str:
    assert version
    return transact_on(Store(), SYSTEM, AT, bringing.add_wording, STATISTICS, "de", WORDS)


def bring(
    subject: PersonId,
    name: str,
    *,
    given: bool = True,
    at: datetime = LONG_AGO,
    about: str = STATISTICS,
) -> Chosen:
    def verb(tx: Tx) -> Chosen:
        return bringing.bring(tx, subject, about, given, at, name, SEEN)

    return transact_on(Store(), SYSTEM, AT, verb)


def test_a_yes_comes_with_its_moment_and_its_words(subject: PersonId, words: str) -> None:
    assert bring(subject, words) == Chosen(1, frozenset({STATISTICS}))
    row = Choice.objects.get()
    assert (row.at, row.text, row.given) == (LONG_AGO, words, True)
    assert stands(subject).consent == {STATISTICS}
    body = bytes(Entry.objects.get(kind="consent.brought").body)
    assert b'"imported":true' in body
    assert f'"said_at":"{moment(LONG_AGO)}"'.encode() in body
    told = transact_on(Store(), SYSTEM, AT, history, subject, "rights")
    assert told[0].circumstances["imported"] is True
    assert told[0].at == LONG_AGO


def test_a_yes_without_recorded_words_is_refused(subject: PersonId, words: str) -> None:
    for name, about in (("", STATISTICS), ("0" * 64, STATISTICS), (words, COUNT)):
        with pytest.raises(WordingError) as refused:
            bring(subject, name, about=about)
        assert refused.value.statement is not None
    assert not Choice.objects.exists()


def test_a_no_needs_no_words(version: str, subject: PersonId) -> None:
    assert version
    bring(subject, "", given=False)
    assert stands(subject).refused == {STATISTICS}
    assert Choice.objects.get().text == ""


def test_what_was_said_here_later_stays(version: str, subject: PersonId, words: str) -> None:
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    withdraw(subject, [STATISTICS], seen(version), AT + SECOND)
    assert bring(subject, words) == Chosen(2, frozenset())
    assert stands(subject).refused == {STATISTICS}


def test_the_same_may_be_brought_again(subject: PersonId, words: str) -> None:
    for _ in range(2):
        assert bring(subject, words).sequence == 1
    assert Entry.objects.filter(kind="consent.brought").count() == 1
    bring(subject, "", given=False, at=LONG_AGO + SECOND)
    assert stands(subject).refused == {STATISTICS}
    bring(subject, words)
    assert stands(subject).refused == {STATISTICS}


def test_what_cannot_be_is_refused(subject: PersonId, words: str) -> None:
    with pytest.raises(MomentError):
        bring(subject, words, at=AT + SECOND)
    with pytest.raises(UnknownChoiceError):
        bring(subject, words, about="purpose.account")
    with pytest.raises(UnknownChoiceError):
        transact_on(Store(), SYSTEM, AT, bringing.add_wording, "purpose.nothing", "de", WORDS)
    assert not Choice.objects.exists()


def test_a_text_is_recorded_once_for_each_thing_it_asks(words: str) -> None:
    for about in (STATISTICS, COUNT):
        again = transact_on(Store(), SYSTEM, AT, bringing.add_wording, about, "de", WORDS)
        assert again == words
    assert Wording.objects.count() == 2
    assert Entry.objects.filter(kind="consent.wording-recorded").count() == 2
