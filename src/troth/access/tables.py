"""Tables of access that entries tell of, and which of their columns an entry tells."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from msgspec import Struct

from troth.access.models import (
    Approval,
    Case,
    CaseMember,
    Freeze,
    Grant,
    Member,
    MemberRole,
    Procedure,
    Responsible,
    Review,
    Setting,
    Signature,
    UndertakingText,
)

Key = tuple[UUID | None, str]
"""The entry that made a row, and what tells rows of one entry apart ("" where it made one)."""
HANDLE: Final = "member__account__handle"
CHUNK: Final = 1_000


class Row(Struct, frozen=True):
    """One row, by what entries call its columns."""

    pk: int
    key: Key
    holds: Mapping[str, Any]


class Table(Struct, frozen=True, kw_only=True):
    """A table: what entries call its columns, and where these stand."""

    name: str
    model: type[Model]
    columns: Mapping[str, str]
    apart: str = ""

    def rows(self, alias: str) -> Iterator[Row]:
        """Return every row, the oldest first."""
        found = self.model._default_manager.using(alias).order_by("pk")  # noqa: SLF001 - Django's own name for it
        for pk, entry, *values in found.values_list("pk", "entry", *self.columns.values()).iterator(
            CHUNK
        ):
            holds = dict(zip(self.columns, values, strict=True))
            yield Row(pk, (entry, holds.get(self.apart, "")), holds)


MEMBER: Final = Table(
    name="member",
    model=Member,
    columns={"member": "account__handle", "since": "since", "left": "left_at"},
)
ROLE: Final = Table(
    name="role held",
    model=MemberRole,
    columns={"member": HANDLE, "role": "role", "since": "since", "until": "until"},
    apart="role",
)
FREEZE: Final = Table(
    name="freeze",
    model=Freeze,
    columns={"member": HANDLE, "since": "since", "lifted": "lifted_at"},
)
REVIEW: Final = Table(name="review", model=Review, columns={"member": HANDLE, "at": "at"})
TEXT: Final = Table(
    name="text",
    model=UndertakingText,
    columns={"text": "number", "hash": "hash", "since": "since"},
)
SIGNATURE: Final = Table(
    name="signature",
    model=Signature,
    columns={"member": HANDLE, "text": "text_id", "seal": "seal", "at": "at", "until": "until"},
)
GRANT: Final = Table(
    name="grant",
    model=Grant,
    columns={
        "member": HANDLE,
        "kind": "kind",
        "category": "category",
        "purpose": "purpose",
        "scope": "scope",
        "case": "case_id",
        "asked": "asked_at",
        "lapses": "lapses_at",
        "life_s": "life_s",
        "needed": "approvals_needed",
        "decided": "decided_at",
        "approved": "approved",
        "until": "until",
        "ended": "ended_at",
    },
)
APPROVAL: Final = Table(
    name="approval",
    model=Approval,
    columns={"grant": "grant_id", "member": HANDLE, "yes": "yes", "at": "at"},
)
CASE: Final = Table(
    name="case",
    model=Case,
    columns={"kind": "kind", "opened": "opened_at", "opener": "opened_by", "closed": "closed_at"},
)
WORK: Final = Table(
    name="work on a case",
    model=CaseMember,
    columns={
        "case": "case_id",
        "member": HANDLE,
        "since": "since",
        "until": "until",
        "giver": "given_by",
    },
)
SETTING: Final = Table(
    name="setting", model=Setting, columns={"setting": "name", "value": "value", "at": "at"}
)
PROCEDURE: Final = Table(
    name="procedure",
    model=Procedure,
    columns={
        "procedure": "name",
        "number": "number",
        "hash": "hash",
        "retired": "retired",
        "since": "since",
        "due": "review_due",
    },
)
RESPONSIBLE: Final = Table(
    name="responsible person",
    model=Responsible,
    columns={"zh": "zh", "en": "en", "reach": "reach", "since": "since"},
)
OF_ACCESS: Final = (
    MEMBER,
    ROLE,
    FREEZE,
    REVIEW,
    TEXT,
    SIGNATURE,
    GRANT,
    APPROVAL,
    CASE,
    WORK,
    SETTING,
)
"""What leave to see anything hangs on."""
OF_ORGANISATION: Final = (PROCEDURE, RESPONSIBLE)
