"""The kinds of case access knows by itself; each chapter has a module of the same name."""

from typing import Final

from troth.access.kinds import CaseKind
from troth.access.roles import ENGINEER, PRIVACY_OFFICER, SUPPORT
from troth.policy.words import Message, mark

KINDS: Final[tuple[CaseKind, ...]] = (
    CaseKind(
        name="question",
        what=Message(mark("Somebody asks about her own data or account")),
        purposes=frozenset({"support", "rights", "account"}),
        roles=frozenset({PRIVACY_OFFICER, SUPPORT}),
    ),
    CaseKind(
        name="fault",
        what=Message(mark("Something is wrong with somebody's data")),
        purposes=frozenset({"operation", "security", "account"}),
        roles=frozenset({PRIVACY_OFFICER, ENGINEER}),
    ),
)
