"""Roles of members, and which of them nobody may hold together. Pure.

Administration, work with the data, and audit are kept apart (GB/T 35273-2020, 7.1): whoever
decides who sees something sees nothing herself, and whoever examines does neither.
"""

from collections.abc import Iterable
from typing import Final, Literal

from troth.policy.words import Message, mark

Role = Literal["owner", "privacy-officer", "support", "security", "auditor", "engineer"]
Duty = Literal["administration", "operation", "audit"]

OWNER: Final[Role] = "owner"
PRIVACY_OFFICER: Final[Role] = "privacy-officer"
SUPPORT: Final[Role] = "support"
SECURITY: Final[Role] = "security"
AUDITOR: Final[Role] = "auditor"
ENGINEER: Final[Role] = "engineer"

DUTIES: Final[dict[Role, Duty]] = {
    OWNER: "administration",
    SECURITY: "administration",
    PRIVACY_OFFICER: "operation",
    SUPPORT: "operation",
    ENGINEER: "operation",
    AUDITOR: "audit",
}
ROLES: Final[tuple[Role, ...]] = tuple(DUTIES)
NAMES: Final[dict[Role, str]] = {
    OWNER: mark("Owner"),
    PRIVACY_OFFICER: mark("Privacy officer"),
    SUPPORT: mark("Support"),
    SECURITY: mark("Security"),
    AUDITOR: mark("Auditor"),
    ENGINEER: mark("Engineer"),
}
WORKS_WITH_DATA: Final = frozenset(r for r, duty in DUTIES.items() if duty == "operation")


class RolesConflictError(Exception):
    """These roles may not be one person's."""

    def __init__(self, first: Role, second: Role) -> None:
        self.first, self.second = first, second
        self.message = Message(
            mark(
                "Nobody may be both %(first)s and %(second)s: administration, work with the data"
                " and audit are kept apart."
            ),
            {"first": Message(NAMES[first]), "second": Message(NAMES[second])},
        )
        super().__init__(self.message.render(str))


def demand_apart(roles: Iterable[Role]) -> None:
    """Refuse roles of two duties. Raises RolesConflictError naming two of them."""
    held = sorted(set(roles), key=ROLES.index)
    for role in held[1:]:
        if DUTIES[role] != DUTIES[held[0]]:
            raise RolesConflictError(held[0], role)
