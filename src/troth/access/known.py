"""What members told of themselves: a name and an address, sealed; and whose an address is.

`name_of(tx, member) -> str`           opened for its purpose, and entered; "" where there is none
`give_name(tx, name) -> None`          her own; "" takes it back
`give_address(tx, address) -> None`    the same; raises TakenError where it is another's
`others_of(tx, person) -> Others`      what else the same person is or is about to become
`bearer(tx, kind, value) -> PersonId | None`
`demand_free(tx, person, kind, value)`  raises TakenError; for whoever keeps a provider's number
`found_by(person, kind, value)`         after that
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from troth import vault
from troth.access import objects
from troth.access.acting import acting
from troth.access.facts import roles_of
from troth.access.models import Invitation, Member
from troth.access.roles import Role
from troth.ledger import LedgerEntry, record
from troth.people.holdings import erase
from troth.people.models import Detail
from troth.people.values import Under, holds, person_of, replace, reveal
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId
from troth.vault.index import normalised

CATEGORY: Final = "staff-account"
PURPOSE: Final = "staff-access"
UNDER: Final = Under(CATEGORY, PURPOSE, "direct", frozenset({"handle", "password"}))
EMAIL_KIND: Final = "staff-email"
SUBJECT_KIND: Final = "staff-subject"
FIELDS: Final = {EMAIL_KIND: "email", SUBJECT_KIND: "provider_subject"}
NAME_LENGTH_MAX: Final = 80
ADDRESS_LENGTH_MAX: Final = 254
LOCK: Final = "access.owner"
"""The lock of all that makes, changes or ends members, the first owner's link too."""


class TakenError(Exception):
    """The address belongs to another member, or to somebody who is invited."""

    def __init__(self) -> None:
        self.message = Message(
            mark("Somebody else has this address: another member, or somebody who is invited.")
        )
        super().__init__(self.message.render(str))


class OwnError(ValueError):
    """What was given of oneself is no name or no address; `field` says which."""

    def __init__(self, field: str, message: Message) -> None:
        self.field, self.message = field, message
        super().__init__(message.render(str))


class Others(Struct, frozen=True):
    """Members and open invitations of one person, with the roles they bring her."""

    members: tuple[Member, ...]
    invitations: tuple[Invitation, ...]
    roles: frozenset[Role]


def name_of(tx: Tx, member: Member) -> str:
    """Open a member's name; "" where she gave none or her key is destroyed."""
    person = member.account.person
    return _opened(tx, PersonId(person), "name") if person else ""


def has(tx: Tx, member: Member, field: str) -> bool:
    """Tell whether a member has given something of herself, without opening it."""
    person = member.account.person
    return bool(person) and holds(tx, PersonId(person), CATEGORY, field)


def address_of(tx: Tx, person: PersonId) -> str:
    """Open somebody's address; "" where there is none."""
    return _opened(tx, person, "email")


def give_name(tx: Tx, name: str) -> None:
    """Keep a member's own name, or erase the one that stands there. Raises OwnError."""
    actor = acting(tx)
    objects.on_self(actor, "account.change")
    name = " ".join(name.split())
    if len(name) > NAME_LENGTH_MAX:
        raise OwnError(
            "name",
            Message(mark("At most %(number)s characters, please."), {"number": NAME_LENGTH_MAX}),
        )
    _keep(tx, person_of(tx, actor.member.account), "name", name)


def give_address(tx: Tx, address: str) -> None:
    """Keep a member's own address, or erase it. Raises OwnError, TakenError."""
    serialise(tx, LOCK)
    actor = acting(tx)
    objects.on_self(actor, "account.change")
    person = person_of(tx, actor.member.account)
    address = address.strip()
    if address:
        demand_address(address)
        demand_free(tx, person, EMAIL_KIND, address)
    _keep(tx, person, "email", address)
    if address:
        found_by(person, EMAIL_KIND, address)


def demand_free(tx: Tx, person: PersonId, kind: str, value: str) -> None:
    """Refuse an address or a provider's number that is another's: nobody is two members.

    Raises TakenError.
    """
    known = bearer(tx, kind, value)
    if known is not None and known != person:
        others = others_of(tx, known)
        if others.members or others.invitations:
            raise TakenError


def found_by(person: PersonId, kind: str, value: str) -> None:
    """Have a person be found by a value that is free: whose row it was has left it (`bearer`)."""
    vault.index(person, kind, value, instead_of=vault.holder(kind, value))


def demand_address(address: str) -> None:
    """Refuse what can be no address. Raises OwnError; whether mail arrives, only mail can tell."""
    local, at, domain = address.rpartition("@")
    plain = address.isprintable() and " " not in address
    if not (local and at and "." in domain and plain and len(address) <= ADDRESS_LENGTH_MAX):
        raise OwnError("email", Message(mark("Write an address as name@example.com.")))


def keep_address(tx: Tx, address: str) -> PersonId:
    """Seal the address of somebody who is not known yet, and have her found by it."""
    demand_address(address)
    person = vault.new_person()
    _keep(tx, person, "email", address)
    found_by(person, EMAIL_KIND, address)
    return person


def forget_address(tx: Tx, person: PersonId) -> None:
    """Erase what is held of somebody who did not become a member; her key is swept later."""
    who = vault.known_pseudonym(tx, person)
    tx.pending.flush(tx.alias)
    erase(tx, person)
    record(tx, LedgerEntry("access.own-value-erased", subject=who, about={"field": "email"}))


def bearer(tx: Tx, kind: str, value: str) -> PersonId | None:
    """Return whose a value is now: an index row outlives the value that led to it."""
    known = vault.find(tx, kind, value)
    if known is None or normalised(_opened(tx, known, FIELDS[kind])) != normalised(value):
        return None
    return known


def others_of(tx: Tx, person: PersonId, *, but: Iterable[Member] = ()) -> Others:
    """Return what a person is by another account, or becomes by an invitation that is open."""
    members = Member.objects.using(tx.alias).select_related("account")
    found = members.filter(left_at=None, account__person=person)
    found = found.exclude(pk__in=[one.pk for one in but])
    invited = Invitation.objects.using(tx.alias).filter(
        person=person, used_at=None, withdrawn_at=None, expires_at__gt=tx.now
    )
    roles: set[Role] = set()
    for member in found:
        roles |= roles_of(member)
    for invitation in invited:
        roles |= set(invitation.roles)
    return Others(tuple(found), tuple(invited), frozenset(roles))


def _keep(tx: Tx, person: PersonId, field: Literal["name", "email"], given: str) -> None:
    if given:
        replace(tx, "access.own-value-kept", person, {field: given}, UNDER)
        return
    tx.pending.flush(tx.alias)
    stood = Detail.objects.using(tx.alias).filter(person=person, category=CATEGORY, field=field)
    if stood.update(person="", box=None):
        who = vault.known_pseudonym(tx, person)
        record(tx, LedgerEntry("access.own-value-erased", subject=who, about={"field": field}))


def _opened(tx: Tx, person: PersonId, field: str) -> str:
    try:
        opened = reveal(tx, person, CATEGORY, field, PURPOSE)
    except vault.ErasedError:
        return ""
    return "" if opened is None else opened.reveal()
