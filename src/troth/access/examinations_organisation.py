"""Is the house in order? Procedures within their review dates, each role held, somebody named.

Procedures and names are held to their entries; who once held a role is told by the ledger, too.
"""

from datetime import datetime
from typing import Final

from django.db import connections

from troth.access.examinations import SAMPLES_MAX
from troth.access.examinations_rows import differences
from troth.access.models import Procedure
from troth.access.organisation import holders, procedures, responsible, text_unchanged
from troth.access.roles import AUDITOR, OWNER, PRIVACY_OFFICER, SECURITY
from troth.access.tables import CHUNK, OF_ORGANISATION
from troth.access.told import roles_once
from troth.policy.promise import Evidence, Verdict
from troth.policy.words import Message, mark
from troth.store.immutable import unprotected

CONTROL: Final = "protection.procedures"
NEEDED: Final = (OWNER, PRIVACY_OFFICER, SECURITY, AUDITOR)
"""Roles without which nobody runs, answers for, guards or examines the house."""
GUARDED: Final = ("access_procedure", "access_responsible")
"""Tables of the organisation of which no row may be changed or deleted."""


def examine(alias: str, now: datetime) -> Evidence:
    """Look for what is overdue, and for roles nobody holds any more.

    A house that has not been filled yet is not broken but unproven.
    """
    standing = [one for one in procedures(alias) if not one.retired]
    overdue = [one.name for one in standing if one.review_due <= now]
    held = holders(alias)
    empty = [role for role in NEEDED if not held[role]]
    once = roles_once(alias) if empty else frozenset()
    lost = [role for role in empty if role in once]
    wrong = [f"{table}: not guarded" for table in unprotected(connections[alias], GUARDED)]
    wrong += differences(alias, now, OF_ORGANISATION)[1]
    wrong += [
        f"procedure {one.name} {one.number}: its text was changed"
        for one in Procedure.objects.using(alias).order_by("pk").iterator(CHUNK)
        if not text_unchanged(one)
    ]
    wrong += [f"procedure {name}: review overdue" for name in overdue]
    wrong += [f"role {role}: nobody holds it" for role in lost]
    named = responsible(alias) is not None
    verdict: Verdict = "unproven" if empty or not named or not standing else "kept"
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=len(standing) + len(NEEDED),
        at=now,
        why=_why(wrong, len(empty), named=named, procedures=bool(standing)),
        figures={
            mark("Procedures"): len(standing),
            mark("Roles with a holder"): sum(1 for role in NEEDED if held[role]),
            mark("Roles there must be"): len(NEEDED),
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _why(wrong: list[str], empty: int, *, named: bool, procedures: bool) -> Message:
    if wrong:
        return Message(
            mark(
                "A procedure's review is overdue or its row was changed, or a role has lost its"
                " holder."
            )
        )
    if empty:
        return Message(
            mark("Of the %(needed)s roles there must be, %(empty)s have no holder yet."),
            {"needed": len(NEEDED), "empty": empty},
        )
    if not named:
        return Message(mark("Nobody has been named as responsible yet."))
    if not procedures:
        return Message(mark("There are no procedures yet."))
    return Message(
        mark("Every procedure is within its review date, each role is held, somebody is named.")
    )
