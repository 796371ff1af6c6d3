"""Rows of access changed behind the application's back, to show that their entries give it away.

Everything was honest; then one row is deleted, changed or added, and the ledger knows nothing of
it. A row that is added names an entry there is, though one that tells of another.
"""

from datetime import timedelta
from typing import Any, Final

from troth.access import cases
from troth.access.models import (
    Approval,
    Case,
    CasePerson,
    Freeze,
    Grant,
    GrantPerson,
    Member,
    MemberRole,
    Review,
    View,
)
from troth.access.models.grants import ALL, GLASS
from troth.access.roles import PRIVACY_OFFICER
from troth.access.sabotages_house import (
    DAY,
    HOUR,
    SABOTAGE,
    case,
    freeze,
    grant,
    house,
    member,
    somebody,
    telling,
    unguarded,
    view,
)
from troth.ledger import LedgerEntry, record
from troth.policy.promise import Store
from troth.store import SYSTEM

LONGER: Final = timedelta(days=300)


def row_deleted(store: Store) -> None:
    """Delete a row of the record of access."""
    here = house(store)
    seen = view(here, grant(here))
    with unguarded(store, "access_view"):
        View.objects.using(store.alias).filter(pk=seen.pk).delete()


def row_changed(store: Store) -> None:
    """Have a row of the record of access tell of another field."""
    _change_view(store, field="display_name")


def row_moved(store: Store) -> None:
    """Have a row of the record of access tell of half an hour before."""
    _change_view(store, back=HOUR / 2)


def row_of_another_role(store: Store) -> None:
    """Have a row of the record of access tell of a role the member never had."""
    _change_view(store, role=PRIVACY_OFFICER)


def row_of_another_sentence(store: Store) -> None:
    """Have a row of the record of access name another sentence of the policy."""
    _change_view(store, statement=SABOTAGE)


def row_on_another_ground(store: Store) -> None:
    """Have a row of the record of access name another grant than the one it rested on."""
    here = house(store)
    seen, other = view(here, grant(here)), grant(here)
    with unguarded(store, "access_view"):
        View.objects.using(store.alias).filter(pk=seen.pk).update(grant=other)


def _change_view(store: Store, back: timedelta = timedelta(), **columns: Any) -> None:
    here = house(store)
    seen = view(here, grant(here))
    with unguarded(store, "access_view"):
        rows = View.objects.using(store.alias).filter(pk=seen.pk)
        rows.update(at=seen.at - back, **columns)


def grant_prolonged(store: Store) -> None:
    """Have a grant end many months after what was approved."""
    given = grant(house(store))
    _change_grant(store, given, until=given.asked_at + DAY + LONGER)


def grant_given_for_longer(store: Store) -> None:
    """Have a grant look as if it had been asked for many months."""
    given = grant(house(store))
    life = DAY + LONGER
    _change_grant(store, given, until=given.asked_at + life, life_s=int(life.total_seconds()))


def grant_widened(store: Store) -> None:
    """Have a grant that names one person be about everybody."""
    _change_grant(store, grant(house(store)), scope=ALL)


def grant_made_glass(store: Store) -> None:
    """Have a grant look like broken glass, which needs nobody's approval."""
    _change_grant(store, grant(house(store)), kind=GLASS)


def grant_revived(store: Store) -> None:
    """Have a grant that was taken away live again."""
    here = house(store)
    given = grant(here)
    with telling(store, here.now) as tx:
        record(tx, LedgerEntry("access.grant-ended", about={"grant": given.name}))
    _change_grant(store, given, ended_at=None)


def _change_grant(store: Store, given: Grant, **columns: Any) -> None:
    Grant.objects.using(store.alias).filter(pk=given.pk).update(**columns)


def grant_naming_another(store: Store) -> None:
    """Add a person to those a grant names."""
    given = grant(house(store))
    GrantPerson.objects.using(store.alias).create(grant=given, person=somebody())


def approval_added(store: Store) -> None:
    """Write an approval that nobody gave."""
    here = house(store)
    with telling(store, here.now - DAY) as tx:
        other = member(tx, PRIVACY_OFFICER)
    given = grant(here)
    Approval.objects.using(store.alias).create(
        grant=given, member=other, yes=True, at=here.now, entry=given.entry
    )


def freeze_deleted(store: Store) -> None:
    """Delete the freeze that stops a member."""
    Freeze.objects.using(store.alias).filter(pk=freeze(house(store)).pk).delete()


def freeze_lifted(store: Store) -> None:
    """Have the freeze of a member look lifted, by nobody's decision."""
    here = house(store)
    Freeze.objects.using(store.alias).filter(pk=freeze(here).pk).update(lifted_at=here.now)


def case_reopened(store: Store) -> None:
    """Have a case that was closed be open again."""
    here = house(store)
    opened = case(here)
    with telling(store, here.now, SYSTEM) as tx:
        cases.close_case(tx, opened)
    Case.objects.using(store.alias).filter(pk=opened.pk).update(closed_at=None)


def case_about_one_more(store: Store) -> None:
    """Add a person to those a case is about."""
    CasePerson.objects.using(store.alias).create(case=case(house(store)), person=somebody())


def role_taken_unseen(store: Store) -> None:
    """Give a member a role that nobody gave her."""
    here = house(store)
    MemberRole.objects.using(store.alias).create(
        member=here.support,
        role=PRIVACY_OFFICER,
        since=here.now,
        given_by=SABOTAGE,
        entry=here.support.entry,
    )


def review_added(store: Store) -> None:
    """Write a review of a member that nobody made."""
    here = house(store)
    Review.objects.using(store.alias).create(
        member=here.support, at=here.now, by=SABOTAGE, entry=here.support.entry
    )


def member_made_newer(store: Store) -> None:
    """Have a member look as if she had come later, so that her review is not due yet."""
    here = house(store, since=200 * DAY)
    Member.objects.using(store.alias).filter(pk=here.support.pk).update(since=here.now)
