"""Whose data it is when nobody signs in here: an operator's own user, a visitor, an installation.

`find_external(tx, external) -> PersonId | None`      by the id the operator knows her by
`find_subjects(tx, externals)`, `ready(tx, externals)`, `make_subjects(tx, externals)`
                                                      of many, in a few queries
`make_subject(tx, person, bearer) -> EntryId`
`is_subject(tx, person) -> bool`
`demand_subject(tx, external, new=…) -> PersonId`     raises UnknownSubjectError, UnfitSubjectError
An operator's id is stored nowhere: it is found by the vault's index, and goes with the key.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final, Literal

from troth import vault
from troth.ledger import EntryId, LedgerEntry, record
from troth.people.models import PERSONS
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.driver import run
from troth.store.locks import serialise
from troth.vault import PersonId

Bearer = Literal["person", "visitor", "installation"]
EXTERNAL: Final = "external"
"""The kind of the index row of an operator's own id."""
EXTERNAL_LENGTH_MAX: Final = 200
CHUNK: Final = 500


UNKNOWN: Final = mark(
    "Nobody is known by this subject. If she is new, send “new”: true; if she was erased, she stays"
    " so."
)


class UnknownSubjectError(LookupError):
    """Nobody is known by this id; it is not repeated, as it may tell who she is."""

    def __init__(self, says: str = UNKNOWN) -> None:
        self.message = Message(says)
        super().__init__(self.message.render(str))


class UnfitSubjectError(ValueError):
    """It can be nobody's id."""

    def __init__(self) -> None:
        self.message = Message(
            mark("A subject is 1 to %(most)s characters of text, without control characters."),
            {"most": EXTERNAL_LENGTH_MAX},
        )
        super().__init__(self.message.render(str))


def is_fit(external: str) -> bool:
    """Tell whether it can be somebody's id."""
    fits = bool(external.strip()) and len(external) <= EXTERNAL_LENGTH_MAX
    return fits and external.isprintable()


def demand_fit(external: str) -> None:
    """Refuse what can be nobody's id. Raises UnfitSubjectError."""
    if not is_fit(external):
        raise UnfitSubjectError


def find_external(tx: Tx, external: str) -> PersonId | None:
    """Return who is known by an operator's id; nobody who is erased, or was never made whole."""
    found = vault.find(tx, EXTERNAL, _exact(external))
    if found is None:
        return None
    tx.pending.settle(tx.alias, PERSONS)
    return found if _there(tx, [found]) else None


def demand_subject(tx: Tx, external: str, *, new: bool = False) -> PersonId:
    """Return who is known by an operator's id; with `new` she is made where nobody is.

    Raises UnknownSubjectError, UnfitSubjectError. Who makes her at the same moment waits.
    """
    demand_fit(external)
    found = find_external(tx, external)
    if found is None and new:
        found = make_subjects(tx, [external])[external]
    if found is None:
        raise UnknownSubjectError
    return found


def find_subjects(tx: Tx, externals: Iterable[str]) -> dict[str, PersonId]:
    """Return who of many ids is known, in a few queries. Raises UnfitSubjectError."""
    asked = dict.fromkeys(externals)
    for external in asked:
        demand_fit(external)
    exact = {_exact(external): external for external in asked}
    known = vault.find_many(EXTERNAL, exact)
    tx.pending.settle(tx.alias, PERSONS)
    there: set[str] = set()
    persons = iter(known.values())
    while chunk := list(islice(persons, CHUNK)):
        there |= _there(tx, chunk)
    return {exact[one]: person for one, person in known.items() if person in there}


def ready(tx: Tx, externals: Iterable[str]) -> dict[str, PersonId]:
    """Return the persons of ids nobody is known by, their keys made; `make_subject` makes them.

    Whoever makes the same ones at the same time waits. Who is left so is nobody: her key is hers
    once she is made, or is swept. Who is known by now is not among them.
    """
    vault.hold_off(tx)  # before any other lock, as everywhere
    wanted = sorted(dict.fromkeys(externals))
    for lock in sorted({_lock(external) for external in wanted}):
        serialise(tx, lock)
    known = find_subjects(tx, wanted)
    fresh = [one for one in wanted if one not in known]
    vault.prepare(vault.Named(vault.new_person(), EXTERNAL, _exact(one)) for one in fresh)
    found = vault.find_many(EXTERNAL, [_exact(one) for one in fresh])
    return {one: found[_exact(one)] for one in fresh}


def make_subjects(tx: Tx, externals: Iterable[str]) -> dict[str, PersonId]:
    """Return the persons of ids, made where nobody was known. Raises UnfitSubjectError."""
    wanted = list(externals)
    fresh = ready(tx, wanted)
    for person in fresh.values():
        make_subject(tx, person, "person")
    return find_subjects(tx, wanted)


def _lock(external: str) -> str:
    return f"people.external.{sha256(external.encode()).hexdigest()}"


def _exact(external: str) -> str:
    """Return an id as the index takes it: two that differ in case are two, unlike addresses."""
    return external.encode().hex()


def make_subject(tx: Tx, person: PersonId, bearer: Bearer) -> EntryId:
    """Have somebody be known whose key was made; else it would be swept as of nobody.

    Raises ErasedError.
    """
    vault.hold_off(tx)
    who = vault.pseudonym(tx, person)
    entry = record(tx, LedgerEntry("people.subject-made", subject=who, about={"bearer": bearer}))
    tx.pending.add(PERSONS, (person, tx.now, entry))
    return entry


def is_subject(tx: Tx, person: PersonId) -> bool:
    """Tell whether somebody is known, be it since a moment ago, in this transaction."""
    if _there(tx, [person]):
        return True
    tx.pending.settle(tx.alias, PERSONS)
    return bool(_there(tx, [person]))


def _there(tx: Tx, persons: Sequence[PersonId]) -> set[str]:
    """Return who of some hundred persons has a row."""
    sql = f"SELECT id FROM {PERSONS.table} WHERE id IN ({', '.join(['%s'] * len(persons))})"  # noqa: S608 - places alone
    return {person for (person,) in run(tx.alias, sql, persons)}
