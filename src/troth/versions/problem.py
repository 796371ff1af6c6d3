"""Why a call of the API was refused: a problem document (RFC 9457) that names the statement."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from msgspec import json

from troth.policy.words import Message

CONTENT_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A refusal: HTTP status, stable code, a sentence, the statement, and where it was found."""

    def __init__(
        self, status: int, code: str, detail: Message, *, statement: str = "", **more: Any
    ) -> None:
        super().__init__(detail.render(str))
        self.status = status
        self.code = code
        self.detail = detail
        self.statement = statement
        self.more = more


def response(problem: ProblemError) -> HttpResponse:
    """Return the problem document in the reader's language."""
    document: dict[str, Any] = {
        "type": f"urn:troth:problem:{problem.code}",
        "title": problem.code.replace("-", " "),
        "status": problem.status,
        "detail": problem.detail.render(gettext),
        **({"statement": problem.statement} if problem.statement else {}),
        **problem.more,
    }
    answer = HttpResponse(json.encode(document), status=problem.status, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "no-store"
    answer["Content-Length"] = str(len(answer.content))
    if "retry_after" in problem.more:
        answer["Retry-After"] = str(problem.more["retry_after"])
    return answer
