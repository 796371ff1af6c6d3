"""A member's account at the company's own sign-in: linked, unlinked, found.

What is kept is a hash of issuer and number: the number itself may tell who she is, and letters of
one case and another are different numbers.

`link(tx, value) -> None`        raises LinkTakenError
`unlink(tx) -> None`             `find(tx, value) -> Member | None`
"""

from hashlib import sha256

from troth import vault
from troth.access import objects
from troth.access.acting import acting
from troth.access.facts import member_of_account
from troth.access.known import CATEGORY, LOCK, SUBJECT_KIND, UNDER, bearer, found_by
from troth.access.models import Member
from troth.ledger import LedgerEntry, record
from troth.people.models import Account, Detail
from troth.people.published import ProviderError
from troth.people.values import person_of, replace
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId

FIELD = "provider_subject"


class LinkTakenError(Exception):
    """That account at the provider belongs to another member."""

    def __init__(self) -> None:
        self.message = Message(mark("This account at the provider is another member's."))
        super().__init__(self.message.render(str))


def unknown() -> ProviderError:
    """Return the refusal of an account that is nobody's here."""
    return ProviderError(
        Message(
            mark("No member signs in by this account. Sign in by your handle and link it first.")
        )
    )


def link(tx: Tx, value: str) -> None:
    """Have the acting member sign in by her account at the provider, too."""
    serialise(tx, LOCK)
    actor = acting(tx)
    objects.on_self(actor, "account.change")
    person = person_of(tx, actor.member.account)
    known = find(tx, value)
    if known is not None and known.pk != actor.member.pk:
        raise LinkTakenError
    replace(tx, "access.provider-linked", person, {FIELD: _hash(value)}, UNDER)
    found_by(person, SUBJECT_KIND, _hash(value))


def unlink(tx: Tx) -> None:
    """Undo it: her handle and password are how she signs in."""
    actor = acting(tx)
    objects.on_self(actor, "account.change")
    tx.pending.flush(tx.alias)
    rows = Detail.objects.using(tx.alias).filter(
        person=actor.member.account.person, category=CATEGORY, field=FIELD
    )
    if actor.member.account.person and rows.update(person="", box=None):
        who = vault.known_pseudonym(tx, PersonId(actor.member.account.person))
        about = {"member": actor.member.handle, "field": FIELD}
        record(tx, LedgerEntry("access.provider-unlinked", subject=who, about=about))


def find(tx: Tx, value: str) -> Member | None:
    """Return the member whose account at the provider this is, if she has not left."""
    person = bearer(tx, SUBJECT_KIND, _hash(value))
    if person is None:
        return None
    account = Account.objects.using(tx.alias).filter(person=PersonId(person)).first()
    return None if account is None else member_of_account(account.pk)


def is_linked(member: Member) -> bool:
    """Tell whether a member can sign in so."""
    held = Detail.objects.filter(category=CATEGORY, field=FIELD).exclude(box=None)
    person = member.account.person
    return bool(person) and held.filter(person=person).exists()


def _hash(value: str) -> str:
    return sha256(value.encode()).hexdigest()
