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


def _examine(module: str, function: str = "examine") -> Callable[[Store, datetime], Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up."""

    def examine(store: Store, now: datetime) -> Evidence:
        found: Evidence = getattr(import_module(f"troth.access.{module}"), function)(
            store.alias, now
        )
        return found

    return examine


def _resume(module: str, function: str) -> Callable[[Store, datetime, Cursor], Evidence]:
    """Return an examination that goes on from a cursor, imported when it runs as well."""

    def resume(store: Store, now: datetime, cursor: Cursor) -> Evidence:
        found: Evidence = getattr(import_module(f"troth.access.{module}"), function)(
            store.alias, now, cursor
        )
        return found

    return resume


def _sabotage(
    name: str, function: str, undo: str = "", breaks: frozenset[StatementId] = ACCESS
) -> Sabotage:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def run(which: str) -> Callable[[Store], None]:
        def go(store: Store) -> None:
            getattr(import_module("troth.access.sabotages"), which)(store)

        return go

    return Sabotage(f"access.{name}", breaks, run(function), run(undo) if undo else None)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="access.live-grants",
        proves=Message(
            mark(
                "Every view of personal data rested on a grant that lived and others had approved,"
                " or on an open case, and none came after a freeze."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations", "live_grants"),
        resume=_resume("examinations", "live_grants"),
        sabotages=(
            _sabotage("view-without-grant", "view_without_grant"),
            _sabotage("view-after-freeze", "view_after_freeze"),
            _sabotage("grant-past-its-end", "grant_past_its_end"),
            _sabotage("grant-approved-by-herself", "grant_approved_by_herself"),
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
        resume=_resume("examinations", "undertakings"),
        sabotages=(
            _sabotage("grant-unsworn", "grant_unsworn"),
            _sabotage("signed-text-edited", "signed_text_edited"),
        ),
    ),
    Control(
        name="access.reviews-on-time",
        proves=Message(
            mark("Whose access was not reviewed in time saw nothing until it had been.")
        ),
        period=PERIOD,
        examine=_examine("examinations", "reviews"),
        resume=_resume("examinations", "reviews"),
        sabotages=(_sabotage("review-overdue", "review_overdue"),),
    ),
    Control(
        name="access.log-complete",
        proves=Message(
            mark(
                "The record of access is what was entered in the ledger: no row is missing, none"
                " was changed, and the database refuses to change one."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_log"),
        resume=_resume("examinations_log", "examine"),
        sabotages=(
            _sabotage("row-deleted", "row_deleted"),
            _sabotage("row-changed", "row_changed"),
        ),
    ),
    Control(
        name="protection.procedures",
        proves=Message(
            mark(
                "Procedures are within their review dates, each role there must be has a holder,"
                " and somebody is named as responsible."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_organisation"),
        sabotages=(
            _sabotage("procedure-overdue", "procedure_overdue", breaks=ORGANISATION),
            _sabotage("role-without-holder", "role_without_holder", breaks=ORGANISATION),
        ),
    ),
)
