"""What is sent to `/v1/records` and `/v1/uses`, and what is answered."""

from typing import Any, Final, NoReturn

from django.http import HttpRequest, HttpResponse
from msgspec import Struct, json

from troth.collection.calls import CREATED, HandedIn, Row, Wish
from troth.collection.given import RECORDS_MAX, Refused, Used, Value
from troth.policy.words import StatementId
from troth.sites import doors
from troth.sites.doors import answered
from troth.sites.facts import Caller
from troth.versions.body import json_of
from troth.versions.problem import ProblemError

NUMBER: Final = "records-number"
"""The code of a refusal that is about no row."""


class Records(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 10,000 records, taken in all or none."""

    records: list[Row]


class RecordAnswer(Struct, frozen=True, omit_defaults=True):
    """The id of a record, the sentence that tells of it, the version; of a test there is no id."""

    statement: StatementId
    version: str
    id: str = ""
    test: bool = False


class RecordsAnswer(Struct, frozen=True, omit_defaults=True):
    """The ids of records in the order sent, and the version; of a test there are none."""

    version: str
    ids: tuple[str, ...] = ()
    test: bool = False


class UseAnswer(Struct, frozen=True):
    """Each value that was asked for, null where none is held, and the sentence that allows it."""

    values: dict[str, Value]
    statement: StatementId
    version: str


ROW: Final = json.Decoder(Row)
RECORDS: Final = json.Decoder(Records)
WISH: Final = json.Decoder(Wish)
SHAPES: Final[tuple[Any, ...]] = (Row, Records, RecordAnswer, RecordsAnswer, Wish, UseAnswer)


def schemas() -> dict[str, Any]:
    """Describe what is sent and answered where it may be one of two shapes."""

    def either(one: str, other: str) -> dict[str, Any]:
        return {"anyOf": [{"$ref": doors.REFERENCE.format(name=name)} for name in (one, other)]}

    return {
        "RecordOrRecords": either("Row", "Records"),
        "RecordOrRecordsAnswer": either("RecordAnswer", "RecordsAnswer"),
    }


class Sent(Struct, frozen=True):
    """The rows that were sent, and whether as a batch."""

    rows: tuple[Row, ...]
    many: bool


def sent(request: HttpRequest) -> Sent:
    """Return what was sent. Raises ProblemError."""
    shape = json_of(request.body)
    if isinstance(shape, dict) and "records" in shape:
        return Sent(tuple(doors.parse(request, RECORDS).records[: RECORDS_MAX + 1]), many=True)
    return Sent((doors.parse(request, ROW),), many=False)


def handed_in(told: HandedIn | Refused, caller: Caller, *, many: bool) -> HttpResponse:
    """Return the answer to records. Raises ProblemError where they were refused."""
    if isinstance(told, Refused):
        _refuse(told, many=many)
    status = 200 if caller.test else CREATED
    ids = () if caller.test else told.ids
    if many:
        return answered(RecordsAnswer(told.version, ids, caller.test), status)
    return answered(
        RecordAnswer(told.statements[0], told.version, "".join(ids), caller.test), status
    )


def used(told: Used | Refused) -> HttpResponse:
    """Return the answer to a use. Raises ProblemError where it was refused."""
    if isinstance(told, Refused):
        _refuse(told, many=False)
    return answered(UseAnswer(dict(told.values), told.statement, told.version))


def _refuse(refused: Refused, *, many: bool) -> NoReturn:
    where = refused.where if many and refused.code != NUMBER else refused.at
    raise ProblemError(
        refused.status,
        refused.code,
        refused.message,
        statement=refused.statement or "",
        **({"where": where} if where else {}),
    )
