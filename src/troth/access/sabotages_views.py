"""Views and grants that should never have been, to show that the controls of access catch them.

All of it is entered honestly: rows and ledger agree on what should not be.
"""

from typing import Final

from troth.access.models import UndertakingText
from troth.access.roles import ENGINEER, OWNER
from troth.access.sabotages_house import (
    DAY,
    HOUR,
    MINUTE,
    case,
    freeze,
    grant,
    house,
    member,
    sign,
    somebody,
    telling,
    unguarded,
    view,
)
from troth.access.settings import PERSONS_PER_HOUR, number
from troth.policy.promise import Store

OF_NO_QUESTION: Final = "security"
"""A purpose that `account` may be used for, but that cases of the kind `question` are not for."""


def view_without_grant(store: Store) -> None:
    """Let a member see somebody on the ground of no grant."""
    view(house(store), None)


def grant_past_its_end(store: Store) -> None:
    """Let a grant open something though it ended a minute ago."""
    here = house(store)
    view(here, grant(here, life=HOUR - MINUTE))


def more_persons_than_an_hour_shows(store: Store) -> None:
    """Let a member see one person more in an hour than leave for everybody shows."""
    here = house(store)
    given = grant(here, everybody=True)
    for _ in range(number(store.alias, PERSONS_PER_HOUR) + 1):
        view(here, given, person=somebody())


def grant_approved_by_herself(store: Store) -> None:
    """Let a member see somebody by a grant that she approved herself."""
    here = house(store)
    view(here, grant(here, by=here.support))


def grant_approved_without_right(store: Store) -> None:
    """Let a member see somebody by a grant approved by an engineer, who decides on none."""
    here = house(store)
    with telling(store, here.now - DAY) as tx:
        engineer = member(tx, ENGINEER)
    view(here, grant(here, by=engineer))


def view_without_role(store: Store) -> None:
    """Let an owner, who sees nothing, see somebody by a grant."""
    here = house(store)
    with telling(store, here.now - DAY) as tx:
        other = member(tx, OWNER)
        sign(tx, other)
    view(here, grant(here, to=other), by=other, role=OWNER)


def view_after_freeze(store: Store) -> None:
    """Let a member see somebody though her access was frozen a minute before."""
    here = house(store)
    given = grant(here)
    freeze(here)
    view(here, given)


def case_about_another(store: Store) -> None:
    """Let a member see somebody on the ground of a case about somebody else."""
    here = house(store)
    view(here, case(here), person=somebody())


def case_for_another_purpose(store: Store) -> None:
    """Let a member see somebody for a purpose that her case is not for."""
    here = house(store)
    view(here, case(here), purpose=OF_NO_QUESTION)


def case_of_another_role(store: Store) -> None:
    """Let a member see somebody on the ground of a case that her role does not work on."""
    here = house(store)
    with telling(store, here.now - DAY) as tx:
        engineer = member(tx, ENGINEER)
        sign(tx, engineer)
    view(here, case(here, engineer), by=engineer, role=ENGINEER)


def grant_unsworn(store: Store) -> None:
    """Give a grant to a member who never signed."""
    grant(house(store, sworn=False))


def signed_text_edited(store: Store) -> None:
    """Edit the text of an undertaking after somebody has signed it."""
    house(store)
    with unguarded(store, "access_undertakingtext"):
        UndertakingText.objects.using(store.alias).update(en="I tell everybody.\n")


def review_overdue(store: Store) -> None:
    """Let a member see somebody though the review of her access is long overdue."""
    here = house(store, since=200 * DAY)
    view(here, grant(here))
