"""Who may do what to which object: one function for each type, and nobody else decides.

`tests/test_architecture.py` holds that `access.allowed` is asked from here alone. Each raises
NotAllowedError; `…_may` tells instead, for pages that show only what can be done.
"""

from troth.access.acting import Acting
from troth.access.allowed import Action as Action  # noqa: PLC0414 - named by who asks
from troth.access.allowed import NotAllowedError as NotAllowedError  # noqa: PLC0414 - raised here
from troth.access.allowed import may
from troth.access.models import Break, Bulk, Case, CaseMember, Grant, Member


def may_member(actor: Acting, action: Action, other: Member) -> bool:
    """Tell of a member."""
    return may(action, actor.roles, own=other.pk == actor.member.pk)


def may_grant(actor: Acting, action: Action, grant: Grant) -> bool:
    """Tell of a grant or a request for one: it is its member's own."""
    return may(action, actor.roles, own=grant.member_id == actor.member.pk)


def may_case(actor: Acting, action: Action, case: Case) -> bool:
    """Tell of a case: it is the own of whoever works on it now."""
    works = CaseMember.objects.using(case._state.db)  # noqa: SLF001 - the database it was read from
    own = works.filter(case=case, member=actor.member, until=None).exists()
    return may(action, actor.roles, own=own)


def may_bulk(actor: Acting, action: Action, bulk: Bulk) -> bool:
    """Tell of a view of many or an export: it is its member's own."""
    return may(action, actor.roles, own=bulk.member_id == actor.member.pk)


def may_break(actor: Acting, action: Action, broken: Break) -> bool:
    """Tell of a broken glass: it is its member's own."""
    return may(action, actor.roles, own=broken.member_id == actor.member.pk)


def may_house(actor: Acting, action: Action) -> bool:
    """Tell of what is nobody's own: settings, procedures, texts, templates, jobs, invitations."""
    return may(action, actor.roles, own=False)


def may_self(actor: Acting, action: Action) -> bool:
    """Tell of what a member does for herself: sign, ask for a grant, break the glass."""
    return may(action, actor.roles, own=True)


def _demand(allowed: bool, action: Action) -> None:  # noqa: FBT001 - the answer of a question
    if not allowed:
        raise NotAllowedError(action)


def on_member(actor: Acting, action: Action, other: Member) -> None:
    """Refuse what `may_member` refuses."""
    _demand(may_member(actor, action, other), action)


def on_grant(actor: Acting, action: Action, grant: Grant) -> None:
    """Refuse what `may_grant` refuses."""
    _demand(may_grant(actor, action, grant), action)


def on_case(actor: Acting, action: Action, case: Case) -> None:
    """Refuse what `may_case` refuses."""
    _demand(may_case(actor, action, case), action)


def on_bulk(actor: Acting, action: Action, bulk: Bulk) -> None:
    """Refuse what `may_bulk` refuses."""
    _demand(may_bulk(actor, action, bulk), action)


def on_break(actor: Acting, action: Action, broken: Break) -> None:
    """Refuse what `may_break` refuses."""
    _demand(may_break(actor, action, broken), action)


def on_house(actor: Acting, action: Action) -> None:
    """Refuse what `may_house` refuses."""
    _demand(may_house(actor, action), action)


def on_self(actor: Acting, action: Action) -> None:
    """Refuse what `may_self` refuses."""
    _demand(may_self(actor, action), action)
