"""Faults put behind the application's back, to show that the control of consent catches them.

Everything was said honestly; then one thing is another, and the ledger knows nothing of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from troth import vault
from troth.consent import accepting
from troth.consent.history import FIELD
from troth.consent.models import Acceptance, Choice, Standing
from troth.consent.saying import UNDER, Said, Seen, keep
from troth.consent.wording import asked
from troth.people.values import demand, demand_rules
from troth.policy.promise import Store
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts as versions

SABOTAGE: Final = "sabotage"
NO_WORDS: Final = "0" * 64
"""The hash of no words that anybody was shown."""
MINUTE: Final = timedelta(minutes=1)


@contextmanager
def _telling(store: Store) -> Iterator[Tx]:
    """Do something now, and write down the entries that tell of it."""
    tx = Tx(store.alias, datetime.now(UTC), SABOTAGE)
    yield tx
    tx.pending.flush(store.alias)


def _somebody() -> PersonId:
    person = vault.new_person()
    vault.prepare([person])
    return person


def _say(store: Store, *, given: bool, text: str | None = None) -> Choice:
    """Have somebody say yes or no to the first thing the policy asks for."""
    return _say_as(store, _somebody(), given=given, text=text)


def _say_as(store: Store, person: PersonId, *, given: bool, text: str | None = None) -> Choice:
    """Have this person say it; return her newest choice."""
    with _telling(store) as tx:
        rules = demand_rules(tx)
        version = versions.document(tx.alias, rules.version)
        about, words = next(
            (about, words)
            for about in rules.bits
            if (words := asked(version, about, "en")) is not None
        )
        said = Said(about, words.kind, given, words.hash if text is None else text)
        seen = Seen(rules.version, "en", SABOTAGE, {})
        keep(tx, person, [said], seen, demand(tx, {FIELD: ""}, UNDER))
    return Choice.objects.using(store.alias).filter(subject=person).latest("sequence")


def other_words(store: Store) -> None:
    """Have somebody say yes to words that no version asks with."""
    _say(store, given=True, text=NO_WORDS)


def standing_turned(store: Store) -> None:
    """Have a no that stands be a yes."""
    said = _say(store, given=False)
    Standing.objects.using(store.alias).filter(choice=said).update(given=True)


def choice_turned(store: Store) -> None:
    """Have somebody who said no have said yes."""
    said = _say(store, given=False)
    Choice.objects.using(store.alias).filter(pk=said.pk).update(given=True)
    Standing.objects.using(store.alias).filter(choice=said).update(given=True)


def choice_deleted(store: Store) -> None:
    """Have nothing been said where somebody said no."""
    said = _say(store, given=False)
    Standing.objects.using(store.alias).filter(choice=said).delete()
    Choice.objects.using(store.alias).filter(pk=said.pk).delete()


def choice_of_another(store: Store) -> None:
    """Have another have said what somebody said."""
    said, other = _say(store, given=True), _somebody()
    Choice.objects.using(store.alias).filter(pk=said.pk).update(subject=other)
    Standing.objects.using(store.alias).filter(choice=said).update(subject=other)


def withdrawal_before(store: Store) -> None:
    """Have a yes that was taken back be said last, by its number."""
    person = _somebody()
    said = _say_as(store, person, given=True)
    no = _say_as(store, person, given=False)
    Choice.objects.using(store.alias).filter(pk=said.pk).update(sequence=no.sequence + 1)
    Standing.objects.using(store.alias).filter(choice=no).update(choice=said, given=True)


def withdrawal_of_nobody(store: Store) -> None:
    """Have a withdrawal be nobody's, as of who was erased, so that the yes before it stands."""
    person = _somebody()
    said = _say_as(store, person, given=True)
    no = _say_as(store, person, given=False)
    Standing.objects.using(store.alias).filter(choice=no).update(choice=said, given=True)
    Choice.objects.using(store.alias).filter(pk=no.pk).update(subject="", box=None)


def accepted_unseen(store: Store) -> None:
    """Have somebody accept a version whose notice she never saw."""
    person = _somebody()
    with _telling(store) as tx:
        version, at = demand_rules(tx).version, tx.now
        accepting.accept(tx, person, version, at - MINUTE, at, SABOTAGE)
    Acceptance.objects.using(store.alias).filter(subject=person).update(seen_at=None)
