"""Each action of `access.allowed`, done by its verb: by a member, to her own or to another's.

A deed takes the house, who acts, and whose the object is; what it needs is made by rows, so that
nothing but the verb itself decides whether it may be done.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import uuid4

from tests.access.house import (
    NOW,
    PURPOSE,
    TEXTS,
    House,
    act,
    frozen,
    join,
    opened,
    swear,
    value_of,
    wish,
)
from troth.access import (
    bulk,
    cases,
    glass,
    grants,
    invitations,
    keys,
    log,
    members,
    organisation,
    undertakings,
    upkeep,
    views,
)
from troth.access.asked import Asked
from troth.access.models import Break, Bulk, Case, CaseMember, Grant, Member, MemberRole
from troth.access.settings import set_setting
from troth.notices import actions as mail
from troth.sites import actions as site_keys
from troth.store import SYSTEM

Whose = Literal["own", "other"]
Deed = Callable[[House, Member, Whose], Any]
KEY: Final = site_keys.Wanted(
    site="main", kind="secret", label="Back end", scopes=frozenset({"records"})
)
PAGES: Final = frozenset(
    {
        "account.change",  # only ever one's own: the pages of an account know no other
        "member.see",
        "organisation.see",
        "case.see",
        "grant.see",
        "log.see",  # `log.search` narrows to one's own; see test_log
        "map.see",
        "key.see",
        "record.see",
    }
)
"""What is decided where a page is shown, and tried by the tests of pages."""


def other() -> Member:
    """Return a member of no role, so that nothing but whose it is makes a difference."""
    member = act(SYSTEM, join, "support", 9)
    MemberRole.objects.filter(member=member).update(until=NOW)
    return member


def whose(actor: Member, to: Whose) -> Member:
    return actor if to == "own" else other()


def two_owners() -> None:
    """Have a second owner, as the last one can't be lost, whoever may do it."""
    act(SYSTEM, join, "owner", 2)


def grant_of(member: Member, **other: Any) -> Grant:
    made: dict[str, Any] = {
        "member": member,
        "category": "account",
        "purpose": PURPOSE,
        "scope": "all",
        "reason": b"",
        "asked_at": NOW,
        "lapses_at": NOW + timedelta(days=7),
        "life_s": 24 * 60 * 60,
        "approvals_needed": 1,
        "entry": uuid4(),
    }
    return Grant.objects.create(**made | other)


def case_of(house: House, actor: Member, to: Whose) -> Case:
    case = opened(house)
    if to == "own":
        CaseMember.objects.create(
            case=case, member=actor, since=NOW, given_by=SYSTEM, entry=uuid4()
        )
    return case


def bulk_of(member: Member, **other: Any) -> Bulk:
    made: dict[str, Any] = {
        "member": member,
        "what": "test",
        "category": "account",
        "purpose": PURPOSE,
        "persons": 2,
        "digest": "0" * 64,
        "why": b"",
        "asked_at": NOW,
        "lapses_at": NOW + timedelta(days=1),
        "entry": uuid4(),
    }
    return Bulk.objects.create(**made | other)


def end_member(_house: House, actor: Member, to: Whose) -> None:
    two_owners()
    act(actor, members.end, whose(actor, to))


def freeze(_house: House, actor: Member, to: Whose) -> None:
    two_owners()
    act(actor, members.freeze, whose(actor, to), "To look at it")


def unfreeze(_house: House, actor: Member, to: Whose) -> None:
    two_owners()
    member = whose(actor, to)
    frozen(member)
    act(actor, members.unfreeze, member, "Looked at")


def set_roles(_house: House, actor: Member, to: Whose) -> None:
    two_owners()
    act(actor, members.set_roles, whose(actor, to), ["engineer"])


def assign(house: House, actor: Member, to: Whose) -> None:
    member = actor if to == "own" else act(SYSTEM, join, "privacy-officer", 9)
    if to == "other":
        swear(member)
    case = opened(house)
    Case.objects.filter(pk=case.pk).update(opened_by=actor.handle)
    act(actor, cases.assign, Case.objects.get(pk=case.pk), member)


def review_glass(_house: House, actor: Member, to: Whose) -> None:
    member = whose(actor, to)
    broken = Break.objects.create(
        grant=grant_of(member), member=member, at=NOW, told=[], entry=uuid4()
    )
    act(actor, glass.review, broken, justified=True, note="There was a need")


def decide(house: House, actor: Member, to: Whose) -> None:
    asked = grant_of(actor if to == "own" else house["support"])
    act(actor, grants.decide, asked, yes=False)


def export(_house: House, actor: Member, _to: Whose) -> None:
    digest = bulk.digest_of("default", Asked())
    confirmed = bulk_of(actor, digest=digest, confirmed=True, decided_at=NOW)
    act(actor, log.export, confirmed)


def ask_bulk(house: House, actor: Member, _to: Whose) -> None:
    before = NOW - timedelta(minutes=1)
    act(house["support"], views.view, value_of(house.persons[0]), None, PURPOSE, at=before)
    act(actor, bulk.ask, Asked(), "For the yearly audit")


def take_case(house: House, actor: Member, _to: Whose) -> None:
    kind = "fault" if actor == house["engineer"] else "question"
    act(actor, cases.take, opened(house, kind=kind))


def end_key(_house: House, actor: Member, _to: Whose) -> None:
    made = act(SYSTEM, site_keys.make, KEY)
    act(actor, keys.revoke, made.key.id)


OWN: Final[dict[str, Deed]] = {
    "undertaking.sign": lambda _h, a, _o: act(a, undertakings.sign, 1, "Robin Example", "en"),
    "case.take": take_case,
    "grant.ask": lambda h, a, _o: act(a, grants.ask, wish(*h.persons)),
    "glass.break": lambda h, a, _o: act(a, glass.break_glass, wish(*h.persons)),
    "bulk.ask": ask_bulk,
    "view.ask": lambda h, a, _o: act(a, views.view, value_of(h.persons[0]), None, PURPOSE),
}
"""What one does for oneself: there is no other's to do it to."""

HOUSE: Final[dict[str, Deed]] = {
    "member.invite": lambda _h, a, _o: act(
        a, invitations.invite, ["support"], "", lambda token: token
    ),
    "organisation.edit": lambda _h, a, _o: act(
        a, organisation.name_responsible, "示例", "Robin Example", "robin@example.com"
    ),
    "undertaking.edit": lambda _h, a, _o: act(
        a, undertakings.publish_text, TEXTS[0] + "新", TEXTS[1] + "New"
    ),
    "case.open": lambda h, a, _o: act(a, cases.open_case, "question", h.persons[:1]),
    "log.export": export,
    "mail.edit": lambda _h, a, _o: act(a, mail.restore, "access.invited"),
    "settings.edit": lambda _h, a, _o: act(a, set_setting, "volume_per_hour", 3),
    "jobs.act": lambda _h, a, _o: act(a, upkeep.try_again, 1),
    "signal.close": lambda _h, a, _o: act(a, upkeep.close_signal, 1, "seen"),
    "key.make": lambda _h, a, _o: act(a, keys.make, KEY),
    "key.end": end_key,
}
"""What is nobody's own: it is decided as of another's."""

EITHER: Final[dict[str, Deed]] = {
    "member.set-roles": set_roles,
    "member.freeze": freeze,
    "member.unfreeze": unfreeze,
    "member.review": lambda _h, a, to: act(a, members.review, whose(a, to), "She still needs it"),
    "member.end": end_member,
    "case.assign": assign,
    "case.close": lambda h, a, to: act(a, cases.close_case, case_of(h, a, to)),
    "grant.decide": decide,
    "grant.end": lambda _h, a, to: act(a, grants.end, grant_of(whose(a, to))),
    "glass.review": review_glass,
    "bulk.confirm": lambda _h, a, to: act(a, bulk.confirm, bulk_of(whose(a, to)), yes=True),
}
"""What may be done to one's own and to another's, or to one of them alone."""
