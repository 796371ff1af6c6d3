"""Verbs of persons.

`open_account(tx, prefix, password) -> Account`          by which one signs in
`enrol(tx, person, given, of_age=…) -> Enrolled`         raises RefusedError, AlreadyThereError
`bury(tx, person, reason) -> Pseudonym`                   the first step of `people.erasure.erase`
`mark_erased(tx, person) -> None`                         its last
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from django.contrib.auth.password_validation import validate_password
from msgspec import Struct

from troth import vault
from troth.gate import Decision, may_collect
from troth.gate.facts import CollectFacts
from troth.ledger import EntryId, LedgerEntry, record
from troth.ledger.entries import NOTHING
from troth.people import holdings
from troth.people.facts import EMAIL
from troth.people.models import DETAILS, PERSONS, Account, Person, new_handle
from troth.policy.words import Message, Pseudonym, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId
from troth.versions import facts

CATEGORY: Final = "account"
PURPOSE: Final = "account"
SOURCE: Final = "direct"
"""The register's names for what somebody gives who opens an account."""


class RefusedError(Exception):
    """The policy does not allow it; `decision` says which statement."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason.code)
        self.decision = decision
        self.message = decision.reason.message


class AlreadyThereError(Exception):
    """Somebody with this address is known already."""

    def __init__(self) -> None:
        self.message = Message(mark("There is an account with this address already."))
        super().__init__(self.message.render(str))


class NoPolicyError(Exception):
    """No version of the policy is in force, so nothing may be taken in."""

    def __init__(self) -> None:
        self.message = Message(mark("No version of the policy is in force."))
        super().__init__(self.message.render(str))


class Enrolled(Struct, frozen=True):
    """Who was enrolled, and the entry that tells of it."""

    person: PersonId
    pseudonym: Pseudonym
    entry: EntryId


def open_account(tx: Tx, prefix: str, password: str) -> Account:
    """Open an account under a new random handle.

    Raises django.core.exceptions.ValidationError with the reasons a password is refused.
    """
    account = Account(handle=new_handle(prefix), created_at=tx.now)
    while Account.objects.using(tx.alias).filter(handle=account.handle).exists():
        account.handle = new_handle(prefix)
    validate_password(password, account)
    account.set_password(password)
    account.save(using=tx.alias, force_insert=True)
    record(tx, LedgerEntry("people.account-opened", about={"handle": account.handle}))
    return account


def enrol(
    tx: Tx, person: PersonId, given: Mapping[str, str], *, of_age: bool | None = None
) -> Enrolled:
    """Take in what somebody gives who opens an account: sealed, with purpose, source and version.

    `person` comes from `vault.new_person()`; what `people.facts.needs` names is best prepared
    before (`Committer.submit_as`). Raises NoPolicyError, RefusedError (nothing is kept),
    AlreadyThereError.
    """
    rules = facts.current_rulebook(tx)
    if rules is None:
        raise NoPolicyError
    question = CollectFacts(
        category=CATEGORY,
        fields=frozenset(given),
        purpose=PURPOSE,
        source=SOURCE,
        of_age=of_age,
    )
    decision = may_collect(rules, question, tx.now)
    if not decision.allowed:
        raise RefusedError(decision)
    if EMAIL in given:
        _index(tx, person, given[EMAIL])
    sealed = [
        vault.seal(tx, person, CATEGORY, field, value, rules.version)
        for field, value in given.items()
    ]
    commitments = [vault.commitment(one) for one in sealed]
    pseudonym = vault.pseudonym(tx, person)
    entry = record(
        tx,
        LedgerEntry(
            "people.enrolled",
            rules.version,
            pseudonym,
            about={"commitments": [one.hex() for one in commitments]},
            facts=question,
            decision=decision,
        ),
    )
    tx.pending.add(PERSONS, (person, tx.now, entry))
    for one, kept in zip(sealed, commitments, strict=True):
        where = (person, CATEGORY, one.field, rules.version, PURPOSE, SOURCE)
        tx.pending.add(DETAILS, (*where, tx.now, one.box, kept, entry))
    return Enrolled(person, pseudonym, entry)


def _index(tx: Tx, person: PersonId, address: str) -> None:
    """Make the person known by her address; an address that is another's is refused.

    One that belongs to nobody whose data are here was left by an enrolment that failed.
    """
    serialise(tx, f"people.address.{sha256(address.encode()).digest()[0]}")
    known = vault.find(tx, EMAIL, address)
    if known == person:
        return
    tx.pending.flush(tx.alias)
    if known is not None and Person.objects.using(tx.alias).filter(pk=known).exists():
        raise AlreadyThereError
    vault.index(person, EMAIL, address)


def bury(tx: Tx, person: PersonId, reason: str) -> Pseudonym | None:
    """Erase what is held of a person, and forbid to open the rest from this commit on.

    Her key and her index rows stand until `people.erasure.erase` goes on. Returns her pseudonym,
    None where her key is gone already (a restored copy).
    """
    pseudonym = vault.known_pseudonym(tx, person)
    erased = {name: count for name, count in holdings.erase_all(tx, person) if count}
    vault.bury(tx, person)
    record(
        tx,
        LedgerEntry(
            "people.erased",
            subject=pseudonym,
            about={"rows": erased or NOTHING, "reason": reason},
        ),
    )
    return pseudonym


def mark_erased(tx: Tx, person: PersonId) -> None:
    """Note that a buried person's key is destroyed."""
    vault.mark_destroyed(tx, person)
    record(tx, LedgerEntry("people.key-destroyed"))
