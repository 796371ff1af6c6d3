"""What can go wrong with a call."""

from collections.abc import Mapping
from typing import Any


class TrothError(Exception):
    """A call that did not do what was asked."""


class UnavailableError(TrothError):
    """The server did not answer, or could not just now: whether it was done is not known.

    A write that is made again with the same `once` is done once all the same.
    """


class RefusedError(TrothError):
    """The server says no, and why (RFC 9457). Nothing was done; asking again says the same.

    `code` is stable (`field-undeclared`), `statement` the id of the policy's sentence that rules
    ("" where none does), `where` the place in what was sent, `detail` a sentence for people,
    `retry_after` for how many seconds to wait where there were too many calls (429).
    """

    def __init__(self, status: int, problem: Mapping[str, Any], *, retry_after: float = 0) -> None:
        self.status = status
        self.code = str(problem.get("type", "")).rpartition(":")[2]
        self.detail = str(problem.get("detail", ""))
        self.statement = str(problem.get("statement", ""))
        self.where = str(problem.get("where", ""))
        self.retry_after = retry_after
        self._problem = dict(problem)
        told = ", ".join(part for part in (self.where, self.statement) if part)
        said = f"{status} {self.code}".rstrip() + (f": {self.detail}" if self.detail else "")
        super().__init__(said + (f" [{told}]" if told else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        """So that a queue of jobs can hand it on."""
        return _again, (self.status, self._problem, self.retry_after)


def _again(status: int, problem: Mapping[str, Any], retry_after: float) -> RefusedError:
    return RefusedError(status, problem, retry_after=retry_after)
