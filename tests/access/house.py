"""A house with a member of each role, sworn to the undertaking, and persons whose data are held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

from tests.versions.cast import default_policy, propose_at
from troth import vault
from troth.access import cases, grants, undertakings
from troth.access.models import Case, Freeze, Grant, Member, MemberRole
from troth.access.roles import ROLES, Role
from troth.ledger import LedgerEntry, record
from troth.people.actions import enrol
from troth.people.models import Account, Detail
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId, Sealed

Result = TypeVar("Result")

BEGAN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday morning, within working hours."""
NOW: Final = BEGAN + timedelta(hours=1)
TEXTS: Final = ("承诺对所见信息保密。" * 10, "I keep what I see to myself. " * 10)
CATEGORY: Final = "account"
PURPOSE: Final = "rights"
"""What the cast asks to see, and for what: `account` may be used so under the bundled policy."""


@dataclass(frozen=True)
class House:
    """Its members by role, and its persons."""

    members: Mapping[Role, Member]
    persons: tuple[PersonId, ...]

    def __getitem__(self, role: Role) -> Member:
        return self.members[role]


def act(
    member: Member | str, verb: Callable[..., Result], *args: Any, at: datetime = NOW, **more: Any
) -> Result:
    """Run a verb as somebody at a moment."""
    handle = member if isinstance(member, str) else member.handle
    return transact_on(Store(), handle, at, verb, *args, **more)


def house(persons: int = 2, *, sworn: bool = True) -> House:
    """Put the bundled policy in force, take in persons, and swear a member of each role in."""
    propose_at(BEGAN - timedelta(days=1), default_policy())
    act(SYSTEM, undertakings.write_text, *TEXTS, at=BEGAN - timedelta(hours=2))
    members = {role: act(SYSTEM, join, role, at=BEGAN - timedelta(hours=1)) for role in ROLES}
    if sworn:
        for member in members.values():
            swear(member)
    return House(members, people(persons))


def people(count: int, called: str = "somebody", at: datetime = BEGAN) -> tuple[PersonId, ...]:
    """Take in persons, each with an address."""
    found = tuple(vault.new_person() for _ in range(count))
    vault.prepare(found)
    for number, person in enumerate(found):
        act(SYSTEM, enrol, person, {"email": f"{called}-{number}@example.com"}, at=at)
    return found


def join(tx: Tx, role: Role, number: int = 1) -> Member:
    """Make a member of a role, without the way of an invitation."""
    account = Account.objects.create(handle=f"{role}-{number}", created_at=tx.now)
    about = {"member": account.handle, "role": role}
    entry = record(tx, LedgerEntry("access.member-made", about=about))
    member = Member.objects.create(account=account, since=tx.now, entry=entry)
    MemberRole.objects.create(
        member=member, role=role, since=tx.now, given_by=tx.actor, entry=entry
    )
    return member


def swear(member: Member, at: datetime = BEGAN) -> None:
    """Have a member sign the newest text."""
    text = undertakings.newest_text("default")
    assert text is not None
    act(member, undertakings.sign, text.number, "Robin Example", "en", at=at)


def value_of(person: PersonId) -> Sealed:
    """Return what is held of a person."""
    row = Detail.objects.get(person=person, field="email")
    assert row.box is not None
    return Sealed(person, row.category, row.field, row.version, bytes(row.box))


def wish(*persons: PersonId, **other: Any) -> grants.Wish:
    """Return a wish to see some persons, or with `scope` and the rest something else."""
    asked: dict[str, Any] = {
        "category": CATEGORY,
        "purpose": PURPOSE,
        "scope": "list" if persons else "all",
        "life": timedelta(days=2),
        "reason": "To answer what they asked",
        "persons": persons,
    }
    return grants.Wish(**(asked | other))


def granted(house: House, *persons: PersonId, at: datetime = NOW, **other: Any) -> Grant:
    """Have support ask and the privacy officer approve."""
    asked = act(house["support"], grants.ask, wish(*persons, **other), at=at)
    return act(house["privacy-officer"], grants.decide, asked, yes=True, at=at)


def opened(house: House, *persons: PersonId, kind: str = "question") -> Case:
    """Have the server open a case."""
    return act(SYSTEM, cases.open_case, kind, persons or house.persons[:1])


def frozen(member: Member) -> Freeze:
    """Stop a member's grants, without the verb and its mail."""
    return Freeze.objects.create(
        member=member, since=NOW, by="security-1", reason=b"", entry=uuid4()
    )
