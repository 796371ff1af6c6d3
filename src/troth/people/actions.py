"""Verbs of persons.

`open_account(tx, prefix, password) -> Account`          by which one signs in
`change_password(tx, account, password) -> None`
`enrol(tx, person, given, of_age=…) -> Enrolled`         raises RefusedError, AlreadyThereError
`bury(tx, person, reason) -> Pseudonym`                   the first step of `people.erasure.erase`
`mark_erased(tx, *persons) -> None`                       its last
`mark_returned(tx, persons) -> None`                      the last is undone: keys came back
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from troth import vault
from troth.ledger import EntryId, LedgerEntry, record
from troth.ledger.entries import NOTHING
from troth.people import holdings
from troth.people.facts import EMAIL
from troth.people.models import PERSONS, Account, Person, new_handle
from troth.people.passwords import Chosen
from troth.people.values import Told, Under, demand, keep
from troth.policy.words import Message, Pseudonym, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId

CATEGORY: Final = "account"
PURPOSE: Final = "account"
SOURCE: Final = "direct"
"""The register's names for what somebody gives who opens an account."""
UNDER: Final = Under(CATEGORY, PURPOSE, SOURCE)
MARKING: Final = "people.marking-erased"
"""One at a time, as of many tombstones two would each hold what the other waits for."""


class AlreadyThereError(Exception):
    """Somebody with this address is known already."""

    def __init__(self) -> None:
        self.message = Message(mark("There is an account with this address already."))
        super().__init__(self.message.render(str))


class Enrolled(Struct, frozen=True):
    """Who was enrolled, and the entry that tells of it."""

    person: PersonId
    pseudonym: Pseudonym
    entry: EntryId


def open_account(tx: Tx, prefix: str, password: Chosen) -> Account:
    """Open an account under a new random handle."""
    account = Account(handle=new_handle(prefix), password=password.hashed, created_at=tx.now)
    while Account.objects.using(tx.alias).filter(handle=account.handle).exists():
        account.handle = new_handle(prefix)
    account.save(using=tx.alias, force_insert=True)
    record(tx, LedgerEntry("people.account-opened", about={"handle": account.handle}))
    return account


def change_password(tx: Tx, account: Account, password: Chosen) -> None:
    """Exchange a password, whose sessions end by it.

    That she knows the one she has, the edge holds: outside a transaction, as a hash takes long.
    """
    held = Account.objects.using(tx.alias).select_for_update().get(pk=account.pk)
    held.password = password.hashed
    held.save(using=tx.alias, update_fields=["password"])
    record(tx, LedgerEntry("people.password-changed", about={"handle": held.handle}))


def enrol(
    tx: Tx, person: PersonId, given: Mapping[str, str], *, of_age: bool | None = None
) -> Enrolled:
    """Take in what somebody gives who opens an account: sealed, with purpose, source and version.

    `person` comes from `vault.new_person()`; what `people.facts.needs` names is best prepared
    before (`Committer.submit_as`). Raises NoPolicyError, RefusedError (nothing is kept),
    AlreadyThereError.
    """
    told = Told(of_age=of_age)
    demand(tx, given, UNDER, told)
    if EMAIL in given:
        _index(tx, person, given[EMAIL])
    kept = keep(tx, "people.enrolled", person, given, UNDER, told)
    tx.pending.add(PERSONS, (person, tx.now, kept.entry))
    return Enrolled(person, kept.pseudonym, kept.entry)


def _index(tx: Tx, person: PersonId, address: str) -> None:
    """Make the person known by her address; an address that is another's is refused.

    One that belongs to nobody whose data are here was left by an enrolment that failed.
    """
    lock = sha256(vault.normalised(address).encode()).digest()[0]
    serialise(tx, f"people.address.{lock}")
    known = vault.holder(EMAIL, address)
    if known == person:
        return
    tx.pending.flush(tx.alias)
    if known is not None and Person.objects.using(tx.alias).filter(pk=known).exists():
        raise AlreadyThereError
    try:
        vault.index(person, EMAIL, address, instead_of=known)
    except vault.TakenError:
        raise AlreadyThereError from None


def bury(tx: Tx, person: PersonId, reason: str) -> Pseudonym | None:
    """Erase what is held of a person, and forbid to open the rest from this commit on.

    Her key and her index rows stand until `people.erasure.erase` goes on. Returns her pseudonym,
    None where her key is gone already (a restored copy), or who else buried her goes on.
    """
    vault.await_writers(tx)  # what they write of her is seen, and erased, only once committed
    if vault.is_buried(tx, person):
        return None  # by another who asked at once, and was waited for
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


def mark_erased(tx: Tx, *persons: PersonId) -> None:
    """Note that buried persons' keys are destroyed; of each it is entered once."""
    serialise(tx, MARKING)
    for person in persons:
        if vault.mark_destroyed(tx, person):
            record(tx, LedgerEntry("people.key-destroyed"))


def mark_returned(tx: Tx, persons: Sequence[PersonId]) -> None:
    """Note that the erasure of buried persons is not done yet with the key store that is here.

    It was copied before that, and does not have them on its list: their keys may stand in it.
    """
    serialise(tx, MARKING)
    known = vault.known_erased(persons)  # another start may have been at it meanwhile
    if returned := vault.mark_returned(tx, [one for one in persons if one not in known]):
        record(tx, LedgerEntry("people.keys-returned", about={"persons": returned}))
