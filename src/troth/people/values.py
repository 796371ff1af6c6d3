"""What is held of a person, value by value: kept as declared, opened for a declared purpose.

`keep(tx, kind, person, given, under) -> Kept`        raises NoPolicyError, RefusedError
`enter(tx, kind, person, given, under, leave) -> Kept`   the same of what was decided before
`replace(tx, kind, person, given, under) -> Kept`     the same; what stood there is erased
`reveal(tx, person, category, field, purpose) -> Plain | None`    raises the same, vault errors
`demand_rules(tx) -> Rulebook`                        raises NoPolicyError
`demand_use(tx, category, purpose)`                   raises the same, RefusedError; for what is
                                                      sealed in a row of its own table
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from troth import vault
from troth.gate import Decision, may_collect, may_use, permit
from troth.gate.facts import CollectFacts, Consents, UseFacts
from troth.ledger import EntryId, LedgerEntry, record
from troth.ledger.entries import NOTHING
from troth.people.models import DETAILS, PERSONS, Account, Detail
from troth.policy.rules import Rulebook
from troth.policy.words import Message, Pseudonym, mark
from troth.store import Tx
from troth.store.rows import insert_new
from troth.vault import PersonId, Plain, Sealed
from troth.versions import facts

USED: Final = "people.used"


class RefusedError(Exception):
    """The policy does not allow it; `decision` says which statement."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason.code)
        self.decision = decision
        self.message = decision.reason.message


class NoPolicyError(Exception):
    """No version of the policy is in force, so nothing may be taken in."""

    def __init__(self) -> None:
        self.message = Message(mark("No version of the policy is in force."))
        super().__init__(self.message.render(str))


class Under(Struct, frozen=True):
    """What of the register values are taken in under.

    `beside` are fields of the category that are kept elsewhere already (an account's handle and
    the hash of its password), so that what is required with a value is not missed.
    """

    category: str
    purpose: str
    source: str
    beside: frozenset[str] = frozenset()


class Told(Struct, frozen=True):
    """What the gate is told beside the fields.

    `agreed` and `separate` are the consents that stand, `region` is where the person is (ISO 3166
    or ""), `of_age` None where it was not asked.
    """

    agreed: Consents = 0
    separate: Consents = 0
    region: str = ""
    of_age: bool | None = None


NOTHING_TOLD: Final = Told()
Leave = tuple[Rulebook, CollectFacts, Decision]
"""The decision that values may be taken in, and on what."""


class Kept(Struct, frozen=True):
    """Whose values were kept, and the entry that tells of it."""

    person: PersonId
    pseudonym: Pseudonym
    entry: EntryId


def keep(
    tx: Tx,
    kind: str,
    person: PersonId,
    given: Mapping[str, str],
    under: Under,
    told: Told = NOTHING_TOLD,
) -> Kept:
    """Take in values: sealed, with category, purpose, source and version; nothing if refused."""
    return enter(tx, kind, person, given, under, demand(tx, given, under, told))


def enter(
    tx: Tx,
    kind: str,
    person: PersonId,
    given: Mapping[str, str],
    under: Under,
    leave: Leave,
    about: Mapping[str, Any] = NOTHING,
) -> Kept:
    """Seal what was decided on with this leave, and enter it; `about` is told beside.

    Raises RefusedError where the leave is a no, and ErasedError.
    """
    rules, question, decision = leave
    if not decision.allowed:
        raise RefusedError(decision)
    sealed = [
        vault.seal(tx, person, under.category, field, value, rules.version)
        for field, value in given.items()
    ]
    commitments = [vault.commitment(one) for one in sealed]
    pseudonym = vault.pseudonym(tx, person)
    # each commitment with its field, so that no two can change places
    fields = [one.field for one in sealed]
    told = {**about, "fields": fields, "commitments": [one.hex() for one in commitments]}
    entry = record(tx, LedgerEntry(kind, rules.version, pseudonym, told, question, decision))
    for one, kept in zip(sealed, commitments, strict=True):
        where = (person, under.category, one.field, rules.version, under.purpose, under.source)
        tx.pending.add(DETAILS, (*where, tx.now, one.box, kept, entry))
    return Kept(person, pseudonym, entry)


def demand_rules(tx: Tx) -> Rulebook:
    """Return the policy in force. Raises NoPolicyError."""
    rules = facts.current_rulebook(tx)
    if rules is None:
        raise NoPolicyError
    return rules


def demand_use(tx: Tx, category: str, purpose: str) -> tuple[Rulebook, UseFacts, Decision]:
    """Return the decision that a category may be used for a purpose, and on what."""
    rules = demand_rules(tx)
    question = UseFacts(category=category, purpose=purpose)
    decision = may_use(rules, question, tx.now)
    if not decision.allowed:
        raise RefusedError(decision)
    return rules, question, decision


def demand(tx: Tx, given: Iterable[str], under: Under, told: Told = NOTHING_TOLD) -> Leave:
    """Return the decision that fields may be taken in, and on what. Raises as `keep`."""
    rules = demand_rules(tx)
    question = question_of(given, under, told)
    decision = may_collect(rules, question, tx.now)
    if not decision.allowed:
        raise RefusedError(decision)
    return rules, question, decision


def question_of(given: Iterable[str], under: Under, told: Told = NOTHING_TOLD) -> CollectFacts:
    """Return what the gate is asked of fields that were filled."""
    return CollectFacts(
        category=under.category,
        fields=frozenset(given) | under.beside,
        purpose=under.purpose,
        source=under.source,
        agreed=told.agreed,
        separate=told.separate,
        region=told.region,
        of_age=told.of_age,
    )


def replace(tx: Tx, kind: str, person: PersonId, given: Mapping[str, str], under: Under) -> Kept:
    """Keep values in the place of those that stood there, which are erased."""
    tx.pending.flush(tx.alias)
    kept = keep(tx, kind, person, given, under)
    insert_new(tx.alias, PERSONS, [(person, tx.now, kept.entry)])
    stood = Detail.objects.using(tx.alias).filter(
        person=person, category=under.category, field__in=list(given)
    )
    stood.update(person="", box=None)
    tx.pending.flush(tx.alias)
    return kept


def reveal(tx: Tx, person: PersonId, category: str, field: str, purpose: str) -> Plain | None:
    """Open the newest value of a field for a purpose of the server itself; None: there is none.

    For what a member sees there is `access.view`, and nothing else.
    """
    tx.pending.flush(tx.alias)
    rows = Detail.objects.using(tx.alias).filter(person=person, category=category, field=field)
    row = rows.order_by("-id").first()
    if row is None or row.box is None:
        return None
    rules, question, decision = demand_use(tx, category, purpose)
    who = vault.pseudonym(tx, person)
    sealed = Sealed(person, category, field, row.version, bytes(row.box))
    opened = vault.unseal(tx, sealed, permit(decision, question, who))
    about = {"field": field}
    record(tx, LedgerEntry(USED, rules.version, who, about, question, decision))
    return opened


def holds(tx: Tx, person: PersonId, category: str, field: str) -> bool:
    """Tell whether a value of a field is held of a person; nothing is opened for it."""
    tx.pending.flush(tx.alias)
    rows = Detail.objects.using(tx.alias).filter(person=person, category=category, field=field)
    return rows.exclude(box=None).exists()


def person_of(tx: Tx, account: Account) -> PersonId:
    """Return the person of an account, who is made where there is none yet."""
    if not account.person:
        nameless = type(account).objects.using(tx.alias).filter(pk=account.pk, person="")
        nameless.update(person=vault.new_person())
        account.refresh_from_db(using=tx.alias, fields=["person"])
        entry = record(tx, LedgerEntry("people.person-made", about={"handle": account.handle}))
        # else her key would be swept as one of an enrolment that failed
        insert_new(tx.alias, PERSONS, [(account.person, tx.now, entry)])
    return PersonId(account.person)
