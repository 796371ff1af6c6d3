"""Who may do what to which object: one function for each type, and nobody else decides.

`tests/test_architecture.py` holds that `access.allowed` is asked from here alone. Each raises
NotAllowedError; `may_…` tells instead, for pages that show only what can be done.
"""

from typing import Final

from troth.access.acting import Acting
from troth.access.allowed import Action as Action  # noqa: PLC0414 - named by who asks
from troth.access.allowed import FrozenError, may, while_frozen
from troth.access.allowed import NotAllowedError as NotAllowedError  # noqa: PLC0414 - raised here
from troth.access.kinds import known_kinds
from troth.access.models import Break, Bulk, Case, CaseMember, Grant, Member
from troth.access.roles import Role

GOVERNS: Final[Action] = "case.close"
"""Who may do this to another's case may give it, too."""


def _is_own(actor: Acting, thing: Member | Grant | Case | Bulk | Break) -> bool:
    """Tell whose a thing is: a case is the own of whoever works on it now."""
    if isinstance(thing, Member):
        return thing.pk == actor.member.pk
    if isinstance(thing, Case):
        works = CaseMember.objects.using(thing._state.db)  # noqa: SLF001 - the database it was read from
        return works.filter(case=thing, member=actor.member, until=None).exists()
    return thing.member_id == actor.member.pk


def _may(actor: Acting, action: Action, *, own: bool) -> bool:
    if actor.frozen and not while_frozen(action, own=own):
        return False
    return may(action, actor.roles, own=own)


def _demand(actor: Acting, action: Action, *, own: bool) -> None:
    if actor.frozen and may(action, actor.roles, own=own) and not while_frozen(action, own=own):
        raise FrozenError(action)
    if not _may(actor, action, own=own):
        raise NotAllowedError(action)


def may_member(actor: Acting, action: Action, other: Member) -> bool:
    """Tell of a member."""
    return _may(actor, action, own=_is_own(actor, other))


def may_grant(actor: Acting, action: Action, grant: Grant) -> bool:
    """Tell of a grant or a request for one: it is its member's own."""
    return _may(actor, action, own=_is_own(actor, grant))


def may_case(actor: Acting, action: Action, case: Case) -> bool:
    """Tell of a case: it is the own of whoever works on it now."""
    return _may(actor, action, own=_is_own(actor, case))


def may_give(actor: Acting, case: Case) -> bool:
    """Tell of giving a case away: whose kind is hers, who works on it, opened it or governs."""
    kind = known_kinds().get(case.kind)
    fits = kind is not None and not actor.roles.isdisjoint(kind.roles)
    hers = fits or case.opened_by == actor.member.handle or _is_own(actor, case)
    return may_house(actor, "case.assign") and (hers or may_house(actor, GOVERNS))


def may_bulk(actor: Acting, action: Action, bulk: Bulk) -> bool:
    """Tell of a view of many or an export: it is its member's own."""
    return _may(actor, action, own=_is_own(actor, bulk))


def may_break(actor: Acting, action: Action, broken: Break) -> bool:
    """Tell of a broken glass: it is its member's own."""
    return _may(actor, action, own=_is_own(actor, broken))


def may_house(actor: Acting, action: Action) -> bool:
    """Tell of what is nobody's own: settings, texts, mails, jobs, keys, records, invitations."""
    return _may(actor, action, own=False)


def may_self(actor: Acting, action: Action) -> bool:
    """Tell of what a member does for herself: sign, ask for a grant, break the glass."""
    return _may(actor, action, own=True)


def roles_may(roles: frozenset[Role], action: Action, *, own: bool) -> bool:
    """Tell of roles that somebody held once: for whoever examines what she did."""
    return may(action, roles, own=own)


def on_member(actor: Acting, action: Action, other: Member) -> None:
    """Refuse what `may_member` refuses."""
    _demand(actor, action, own=_is_own(actor, other))


def on_grant(actor: Acting, action: Action, grant: Grant) -> None:
    """Refuse what `may_grant` refuses."""
    _demand(actor, action, own=_is_own(actor, grant))


def on_case(actor: Acting, action: Action, case: Case) -> None:
    """Refuse what `may_case` refuses."""
    _demand(actor, action, own=_is_own(actor, case))


def on_giving(actor: Acting, case: Case, other: Member) -> None:
    """Refuse what `may_give` refuses, and that a member gives a case to herself."""
    on_member(actor, "case.assign", other)
    if not may_give(actor, case):
        raise NotAllowedError("case.assign")


def on_bulk(actor: Acting, action: Action, bulk: Bulk) -> None:
    """Refuse what `may_bulk` refuses."""
    _demand(actor, action, own=_is_own(actor, bulk))


def on_break(actor: Acting, action: Action, broken: Break) -> None:
    """Refuse what `may_break` refuses."""
    _demand(actor, action, own=_is_own(actor, broken))


def on_house(actor: Acting, action: Action) -> None:
    """Refuse what `may_house` refuses."""
    _demand(actor, action, own=False)


def on_self(actor: Acting, action: Action) -> None:
    """Refuse what `may_self` refuses."""
    _demand(actor, action, own=True)
