"""The JSON API: every package's routes under `/v1`, and its OpenAPI description.

There is no page to try it out: those of the library load code from elsewhere, which our
Content-Security-Policy forbids. `/v1/openapi.json` fits any viewer.
"""

from typing import Any, Final

import msgspec
import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

import troth
from troth.collection import api as collection
from troth.collection import bodies
from troth.consent import api as consent
from troth.policy.words import Message, mark
from troth.site.pages import errors
from troth.versions import api as versions
from troth.versions.problem import ProblemError
from troth.versions.problem import response as problem_response

PROBLEM_SCHEMA: Final = {
    "type": "object",
    "description": "RFC 9457. `statement` is the id of the policy's statement that rules.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "statement": {"type": "string"},
        "where": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "retry_after": {"type": "integer"},
    },
}


log = structlog.get_logger("troth.site")


class Api(NinjaAPI):
    """The API, described by the same types that parse and answer."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Add the shapes of questions and answers to the description."""
        schema = super().get_openapi_schema(**options)
        every = (*versions.SHAPES, *consent.SHAPES, *bodies.SHAPES)
        _, shapes = msgspec.json.schema_components(every, ref_template=versions.REFERENCE)
        one, several = ({"$ref": versions.REFERENCE.format(name=n)} for n in ("Answer", "Answers"))
        schema["components"]["schemas"] = {
            **shapes,
            "Decisions": {"anyOf": [one, several]},
            "Question": versions.question_schema(),
            "Problem": PROBLEM_SCHEMA,
            **bodies.schemas(),
        }
        schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        return schema


api = Api(
    title="Troth",
    version=troth.__version__,
    description="The policy in force, and what it allows.",
    docs_url=None,
    urls_namespace="v1",
)
api.add_router("", versions.router)
api.add_router("", consent.router)
api.add_router("", collection.router)


@api.exception_handler(ProblemError)
def refused(_request: HttpRequest, error: ProblemError) -> HttpResponse:
    """Answer a refusal with its problem document."""
    return problem_response(error)


@api.exception_handler(ValidationError)
def unreadable(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a parameter that cannot be read; its value is not repeated."""
    places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors)
    message = Message(mark("These parameters cannot be read: %(places)s."), {"places": places})
    return problem_response(ProblemError(422, "unreadable-parameter", message, where=places))


AWAY: Final = mark(
    "The database does not answer. Nothing you sent was stored half-way; try again in a moment."
)


def unavailable(_request: HttpRequest, error: Any) -> HttpResponse:
    """Answer 503 where the database is away, full or locked, or too many wait for it."""
    log.error("database unavailable", error=type(error).__name__)
    connection.close()
    told = problem_response(ProblemError(503, "unavailable", Message(AWAY)))
    told["Retry-After"] = str(errors.RETRY_SECONDS)
    return told


for away in errors.AWAY:
    api.add_exception_handler(away, unavailable)
