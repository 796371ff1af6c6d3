"""What can go wrong with a call."""

from collections.abc import Mapping
from typing import Any


class TrothError(Exception):
    """A call that did not do what was asked."""


class UnavailableError(TrothError):
    """The server did not answer, or could not just now: nothing is known to have happened."""


class RefusedError(TrothError):
    """The server says no, and why (RFC 9457): asking the same again says the same.

    `code` is stable (`field-undeclared`), `statement` the id of the policy's sentence that rules
    ("" where none does), `where` the place in what was sent, `detail` a sentence for people.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("type", "")).rpartition(":")[2]
        self.detail = str(problem.get("detail", ""))
        self.statement = str(problem.get("statement", ""))
        self.where = str(problem.get("where", ""))
        self.retry_after = int(problem.get("retry_after", 0))
        told = " ".join(part for part in (self.where, self.statement) if part)
        super().__init__(f"{status} {self.code}: {self.detail}" + (f" [{told}]" if told else ""))
