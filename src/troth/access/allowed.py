"""What each role may do: one table, and one function for each type of object. Pure.

`RULES` has every action there is, with the roles that may do it to what is their own and to what
is another's. A page or verb asks the function of the type it is about (`on_member`, `on_grant`, …)
and nothing else decides. What of a person's data somebody sees is the gate's (`access.view`).
"""

from typing import Final, Literal

from msgspec import Struct

from troth.access.roles import (
    AUDITOR,
    ENGINEER,
    OWNER,
    PRIVACY_OFFICER,
    ROLES,
    SECURITY,
    SUPPORT,
    Role,
)
from troth.policy.words import Message, mark

Roles = frozenset[Role]
Action = Literal[
    "account.change",
    "member.see",
    "member.invite",
    "member.set-roles",
    "member.freeze",
    "member.unfreeze",
    "member.review",
    "member.end",
    "organisation.see",
    "organisation.edit",
    "undertaking.sign",
    "undertaking.edit",
    "case.see",
    "case.open",
    "case.assign",
    "case.take",
    "case.close",
    "grant.see",
    "grant.ask",
    "grant.decide",
    "grant.end",
    "glass.break",
    "glass.review",
    "bulk.ask",
    "bulk.confirm",
    "view.ask",
    "log.see",
    "log.export",
    "map.see",
    "mail.edit",
    "settings.edit",
    "jobs.act",
    "signal.close",
    "key.see",
    "key.make",
    "key.end",
    "record.see",
]

ALL: Final[Roles] = frozenset(ROLES)
NOBODY: Final[Roles] = frozenset()
ADMINISTER: Final[Roles] = frozenset({OWNER, SECURITY})
GOVERN: Final[Roles] = frozenset({OWNER, PRIVACY_OFFICER})
WORK: Final[Roles] = frozenset({PRIVACY_OFFICER, SUPPORT, ENGINEER})
WATCH: Final[Roles] = frozenset({OWNER, PRIVACY_OFFICER, SECURITY, AUDITOR})
RUN: Final[Roles] = frozenset({OWNER, SECURITY, ENGINEER})


class Rule(Struct, frozen=True):
    """Who may do something to what is her own, and to what is another's."""

    own: Roles
    other: Roles


RULES: Final[dict[Action, Rule]] = {
    "account.change": Rule(ALL, NOBODY),
    "member.see": Rule(ALL, ALL),
    "member.invite": Rule(NOBODY, ADMINISTER),
    "member.set-roles": Rule(NOBODY, frozenset({OWNER})),
    "member.freeze": Rule(ALL, frozenset({OWNER, SECURITY, PRIVACY_OFFICER})),
    "member.unfreeze": Rule(NOBODY, ADMINISTER),
    "member.review": Rule(NOBODY, ADMINISTER),
    "member.end": Rule(ALL, ADMINISTER),
    "organisation.see": Rule(ALL, ALL),
    "organisation.edit": Rule(GOVERN, GOVERN),
    "undertaking.sign": Rule(ALL, NOBODY),
    "undertaking.edit": Rule(GOVERN, GOVERN),
    "case.see": Rule(ALL, WATCH),
    "case.open": Rule(WORK | ADMINISTER, WORK | ADMINISTER),
    "case.assign": Rule(NOBODY, WORK | ADMINISTER),
    "case.take": Rule(WORK, NOBODY),
    "case.close": Rule(WORK | ADMINISTER, GOVERN | ADMINISTER),
    "grant.see": Rule(ALL, WATCH),
    "grant.ask": Rule(WORK, NOBODY),
    "grant.decide": Rule(NOBODY, GOVERN),
    "grant.end": Rule(ALL, GOVERN | ADMINISTER),
    "glass.break": Rule(WORK, NOBODY),
    "glass.review": Rule(NOBODY, GOVERN | ADMINISTER),
    "bulk.ask": Rule(WATCH, NOBODY),
    "bulk.confirm": Rule(NOBODY, WATCH),
    "view.ask": Rule(WORK, NOBODY),
    "log.see": Rule(ALL, WATCH),
    "log.export": Rule(NOBODY, WATCH),
    "map.see": Rule(WATCH, WATCH),
    "mail.edit": Rule(GOVERN, GOVERN),
    "settings.edit": Rule(ADMINISTER, ADMINISTER),
    "jobs.act": Rule(RUN, RUN),
    "signal.close": Rule(WATCH - {AUDITOR} | {ENGINEER}, WATCH - {AUDITOR} | {ENGINEER}),
    "key.see": Rule(WATCH | {ENGINEER}, WATCH | {ENGINEER}),
    "key.make": Rule(RUN, RUN),
    "key.end": Rule(RUN, RUN),
    "record.see": Rule(WATCH | {ENGINEER}, WATCH | {ENGINEER}),
}


FROZEN_OWN: Final[frozenset[Action]] = frozenset(
    {
        "account.change",
        "member.see",
        "member.end",
        "organisation.see",
        "undertaking.sign",
        "case.see",
        "grant.see",
        "grant.end",
        "glass.break",
        "view.ask",
        "log.see",
        "map.see",
        "key.see",
        "record.see",
    }
)
"""What a frozen member may do for herself; the gate refuses her views, but for broken glass."""
FROZEN_OTHER: Final[frozenset[Action]] = frozenset(
    {
        "member.see",
        "member.review",
        "organisation.see",
        "case.see",
        "grant.see",
        "glass.review",
        "log.see",
        "map.see",
        "key.see",
        "record.see",
    }
)
"""And to what is another's: look, and finish a review."""


class NotAllowedError(Exception):
    """Her roles do not allow it; `action` is what she wanted to do."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.message = Message(mark("Your role does not allow this."))
        super().__init__(action)


class FrozenError(NotAllowedError):
    """She is frozen, and nobody who is may do this."""

    def __init__(self, action: Action) -> None:
        super().__init__(action)
        self.message = Message(
            mark("Your access is frozen. Until another member lifts it you can't do this.")
        )


def while_frozen(action: Action, *, own: bool) -> bool:
    """Tell whether a freeze leaves somebody the right to do this."""
    return action in (FROZEN_OWN if own else FROZEN_OTHER)


def may(action: Action, roles: Roles, *, own: bool) -> bool:
    """Tell whether these roles may do something to what is one's own or another's."""
    rule = RULES[action]
    return not roles.isdisjoint(rule.own if own else rule.other)
