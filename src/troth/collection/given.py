"""What a site's key may hand in, and what it is answered; no value of it shows itself."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from troth.policy.words import Message, StatementId
from troth.vault import PersonId
from troth.vault.values import HIDDEN

Value = str | int | float | bool | None
"""As JSON gives it; None is a field that was left out."""
RECORDS_MAX: Final = 10_000
"""How many records are taken in at once."""


class Given(Struct, frozen=True):
    """One record as it is handed in: whose, of which category, for what, where from.

    `region` is where she is (ISO 3166 or ""), `of_age` whether she has reached the minimum age,
    None where she was not asked.
    """

    subject: PersonId
    category: str
    purpose: str
    source: str
    fields: Mapping[str, Value]
    region: str = ""
    of_age: bool | None = None

    def __repr__(self) -> str:
        return f"Given({HIDDEN})"


class By(Struct, frozen=True):
    """Through which key of which site ("" for none): ids, which tell nothing of a person."""

    key: str = ""
    site: str = ""


class Taken(Struct, frozen=True):
    """What was taken in, in the order given: the ids, and the sentences that tell of it."""

    ids: tuple[UUID, ...]
    statements: tuple[StatementId, ...]
    version: str


class Used(Struct, frozen=True):
    """The newest value of each field that was asked for, None where none is held."""

    values: Mapping[str, Value]
    statement: StatementId
    version: str

    def __repr__(self) -> str:
        return f"Used({HIDDEN})"


class Refused(Struct, frozen=True):
    """Nothing was done: why, and where it is wrong.

    `status` is the HTTP status (RFC 9110) an edge answers. `row` counts from 0; `at` is the place
    within it (`fields.email`), "" for all of it. `fields` are names alone, never a value.
    """

    status: int
    code: str
    message: Message
    statement: StatementId | None = None
    category: str = ""
    fields: tuple[str, ...] = ()
    row: int = 0
    at: str = ""

    @property
    def where(self) -> str:
        """The place in a batch: `records[17].fields.email`."""
        return f"records[{self.row}].{self.at}".rstrip(".")
