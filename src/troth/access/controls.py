"""Controls of access: live grants, undertakings, reviews, a whole record, a house in order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Cursor, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(hours=1)
ACCESS: Final = frozenset({StatementId("protection.access")})
ORGANISATION: Final = frozenset({StatementId("protection.organisation")})


def _examine(module: str, function: str = "examine") -> Callable[..., Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up.

    It takes a cursor where it is a control's `resume`.
    """

    def examine(store: Store, now: datetime, *cursor: Cursor) -> Evidence:
        look = getattr(import_module(f"troth.access.{module}"), function)
        found: Evidence = look(store.alias, now, *cursor)
        return found

    return examine


def _sabotages(
    module: str, *names: str, breaks: frozenset[StatementId] = ACCESS
) -> tuple[Sabotage, ...]:
    """Return sabotages that are imported when they are committed, for the same reason."""

    def run(name: str) -> Callable[[Store], None]:
        def go(store: Store) -> None:
            found = import_module(f"troth.access.sabotages_{module}")
            getattr(found, name.replace("-", "_"))(store)

        return go

    return tuple(Sabotage(f"access.{name}", breaks, run(name)) for name in names)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="access.live-grants",
        proves=Message(
            mark(
                "Every view of personal data, by a member whose role sees such, rested on a grant"
                " that lived and that others who may had approved, or on an open case about that"
                " person; none came after a freeze, and leave for everybody showed no more persons"
                " in an hour than is set."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations", "live_grants"),
        resume=_examine("examinations", "live_grants"),
        sabotages=_sabotages(
            "views",
            "view-without-grant",
            "view-without-role",
            "view-after-freeze",
            "more-persons-than-an-hour-shows",
            "grant-past-its-end",
            "grant-approved-by-herself",
            "grant-approved-without-right",
            "case-about-another",
            "case-for-another-purpose",
            "case-of-another-role",
        ),
    ),
    Control(
        name="access.undertakings",
        proves=Message(
            mark(
                "Every grant was given to, and every view made by, a member whose signed"
                " undertaking held; each seal is over the text that was signed."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations", "undertakings"),
        resume=_examine("examinations", "undertakings"),
        sabotages=_sabotages("views", "grant-unsworn", "signed-text-edited"),
    ),
    Control(
        name="access.reviews-on-time",
        proves=Message(
            mark("Whose access was not reviewed in time saw nothing until it had been.")
        ),
        period=PERIOD,
        examine=_examine("examinations", "reviews"),
        resume=_examine("examinations", "reviews"),
        sabotages=_sabotages("views", "review-overdue"),
    ),
    Control(
        name="access.log-complete",
        proves=Message(
            mark(
                "The record of access, and the grants, freezes, cases, roles and signatures views"
                " rest on, are what was entered in the ledger: no row is missing, none was changed"
                " or added, and the database refuses to change one of the record."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_log"),
        resume=_examine("examinations_log"),
        sabotages=_sabotages(
            "rows",
            "row-deleted",
            "row-changed",
            "row-moved",
            "row-of-another-role",
            "row-of-another-sentence",
            "row-on-another-ground",
            "grant-prolonged",
            "grant-given-for-longer",
            "grant-widened",
            "grant-made-glass",
            "grant-revived",
            "grant-naming-another",
            "approval-added",
            "freeze-deleted",
            "freeze-lifted",
            "case-reopened",
            "case-about-one-more",
            "role-taken-unseen",
            "review-added",
            "member-made-newer",
        ),
    ),
    Control(
        name="protection.procedures",
        proves=Message(
            mark(
                "Procedures are as they were written and within their review dates, each role"
                " there must be has a holder, and somebody is named as responsible."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_organisation"),
        sabotages=(
            *_sabotages(
                "organisation",
                "procedure-overdue",
                "procedure-text-edited",
                "procedure-postponed",
                "procedure-deleted",
                "responsible-renamed",
                "role-without-holder",
                breaks=ORGANISATION,
            ),
            *_sabotages("organisation", "role-deleted", breaks=ACCESS | ORGANISATION),
        ),
    ),
)
