"""How the refusal of a choice is told outside."""

from collections.abc import Callable, Mapping
from typing import Final

from troth.consent.errors import (
    ChoiceError,
    JoinNotDeclaredError,
    NotAloneError,
    OtherTextError,
    OtherVersionError,
    UnknownChoiceError,
)
from troth.sites import doors
from troth.versions.problem import ProblemError

CODES: Final[Mapping[type[ChoiceError], tuple[int, str]]] = {
    UnknownChoiceError: (422, "choice-unknown"),
    OtherTextError: (422, "text-other"),
    OtherVersionError: (409, "version-superseded"),
    NotAloneError: (422, "not-alone"),
    JoinNotDeclaredError: (403, "join-undeclared"),
}
"""HTTP status (RFC 9110) and stable code."""


def tell() -> None:
    """Have doors tell them."""
    doors.learn({kind: _told(status, code) for kind, (status, code) in CODES.items()})


def _told(status: int, code: str) -> Callable[[ChoiceError], ProblemError]:
    def told(error: ChoiceError) -> ProblemError:
        where = {"where": f"choices.{error.about}"} if error.about else {}
        return ProblemError(status, code, error.message, statement=error.statement or "", **where)

    return told
