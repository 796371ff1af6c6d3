"""A call by a key about records, in one transaction: whose they are, then taken in or used.

`hand_in(tx, rows, caller, call) -> HandedIn | Refused`
`ask_for(tx, wish, caller) -> Used | Refused`
Both raise NoPolicyError; `hand_in` what `store.idempotent.once` raises. A key in test mode is about
nobody: whoever rehearses its call for it is told what would be said.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, json

from troth import vault
from troth.collection import refusals
from troth.collection.actions import take, use
from troth.collection.given import By, Given, Refused, Used, Value
from troth.people import subjects
from troth.people.subjects import UnfitSubjectError, UnknownSubjectError
from troth.policy.words import StatementId
from troth.sites.facts import Caller
from troth.store import Tx
from troth.store.idempotent import Answer, Asked, once
from troth.vault import PersonId

CREATED: Final = 201
UNFIT: Final = (422, "subject-unfit")
UNKNOWN: Final = (404, "subject-unknown")


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record: whose, by the operator's id of her, and what of her.

    `new`: she may be unknown until now. `of_age`: she has reached the policy's minimum age.
    """

    subject: str
    category: str
    purpose: str
    fields: dict[str, Value]
    source: str = "direct"
    new: bool = False
    region: str = ""
    of_age: bool | None = None

    def __repr__(self) -> str:
        return "Row()"


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody's values are wanted for; no fields are all that are declared."""

    subject: str
    category: str
    purpose: str
    fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Wish()"


class HandedIn(Struct, frozen=True):
    """The ids of the records in the order sent, the sentence that tells of each, the version."""

    ids: tuple[str, ...]
    statements: tuple[StatementId, ...]
    version: str


_HANDED_IN: Final = json.Decoder(HandedIn)


def hand_in(tx: Tx, rows: Sequence[Row], caller: Caller, call: Asked | None) -> HandedIn | Refused:
    """Take in records, all of them or none; a call that comes twice is done once."""
    refused: list[Refused] = []

    def run() -> Answer:
        told = _take(tx, rows, caller)
        if isinstance(told, Refused):
            refused.append(told)
            return Answer(told.status, b"")
        return Answer(CREATED, json.encode(told))

    answer = run() if call is None else once(tx, call, run)
    return refused[0] if refused else _HANDED_IN.decode(answer.body)


def ask_for(tx: Tx, wish: Wish, caller: Caller) -> Used | Refused:
    """Give somebody's values for a purpose, to the operator's own systems; the use is entered."""
    by = By(caller.key, caller.site)
    whose = _whose(tx, [(wish.subject, False)], caller)
    if isinstance(whose, Refused):
        refusals.count(tx, by, "use", whose)
        return whose
    subject = whose.known[wish.subject]
    return use(tx, subject, wish.category, wish.fields, wish.purpose, by)


class _Whose(Struct, frozen=True):
    """Who is known by each id, and who of them is to be made."""

    known: Mapping[str, PersonId]
    fresh: frozenset[PersonId] = frozenset()


def _take(tx: Tx, rows: Sequence[Row], caller: Caller) -> HandedIn | Refused:
    by = By(caller.key, caller.site)
    whose = _whose(tx, [(row.subject, row.new) for row in rows], caller)
    if isinstance(whose, Refused):
        refusals.count(tx, by, "collect", whose)
        return whose
    given = [
        Given(
            whose.known[row.subject],
            row.category,
            row.purpose,
            row.source,
            row.fields,
            row.region,
            row.of_age,
        )
        for row in rows
    ]
    taken = take(tx, given, by)
    if isinstance(taken, Refused):
        return taken
    for person in whose.fresh:
        subjects.make_subject(tx, person, "person")
    return HandedIn(tuple(str(one) for one in taken.ids), taken.statements, taken.version)


def _whose(tx: Tx, wanted: Sequence[tuple[str, bool]], caller: Caller) -> _Whose | Refused:
    """Return whose the records are; nobody is made by a call that is refused."""
    for number, (external, _) in enumerate(wanted):
        try:
            subjects.demand_fit(external)
        except UnfitSubjectError as error:
            return Refused(*UNFIT, error.message, row=number, at="subject")
    if caller.test:
        person = vault.new_person()
        vault.prepare([person])
        return _Whose(dict.fromkeys((external for external, _ in wanted), person))
    known = subjects.find_subjects(tx, (external for external, _ in wanted))
    fresh: dict[str, PersonId] = {}
    new = {external for external, new in wanted if new and external not in known}
    for number, (external, _) in enumerate(wanted):
        if external not in known and external not in new:
            unknown = UnknownSubjectError().message
            return Refused(*UNKNOWN, unknown, row=number, at="subject")
    if new:
        fresh = subjects.ready(tx, new)
        known |= subjects.find_subjects(tx, new - fresh.keys()) | fresh
    return _Whose(known, frozenset(fresh.values()))
