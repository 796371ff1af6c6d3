"""Tables of access, by what they are about."""

from troth.access.models.cases import Case, CaseMember, CasePerson
from troth.access.models.grants import Approval, Break, Grant, GrantPerson
from troth.access.models.members import (
    OWNER,
    Freeze,
    Invitation,
    Member,
    MemberRole,
    OwnerLink,
    Review,
)
from troth.access.models.organisation import Procedure, Responsible, Setting
from troth.access.models.undertakings import Signature, UndertakingText
from troth.access.models.views import Bulk, View

__all__ = [
    "OWNER",
    "Approval",
    "Break",
    "Bulk",
    "Case",
    "CaseMember",
    "CasePerson",
    "Freeze",
    "Grant",
    "GrantPerson",
    "Invitation",
    "Member",
    "MemberRole",
    "OwnerLink",
    "Procedure",
    "Responsible",
    "Review",
    "Setting",
    "Signature",
    "UndertakingText",
    "View",
]
