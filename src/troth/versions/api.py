"""`/v1/policy` and `/v1/decisions`."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from ninja import Router

from troth.gate.answer import Answer, Answers
from troth.gate.facts import Facts
from troth.policy.words import Lang
from troth.store import Store
from troth.versions import doors, published, questions

router = Router(tags=["policy"])

JSON: Final = "application/json"
REFERENCE: Final = "#/components/schemas/{name}"
PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
SHAPES: Final[tuple[Any, ...]] = (
    Facts,
    Answer,
    Answers,
    published.PublishedPolicy,
)


def question_schema() -> dict[str, Any]:
    """Describe what may be asked: the facts of one verb, or a batch of them."""
    (facts,), _ = msgspec.json.schema_components([Facts], ref_template=REFERENCE)
    batch = {
        "type": "object",
        "properties": {
            "decisions": {"type": "array", "items": facts, "maxItems": questions.BATCH_MAX}
        },
        "required": ["decisions"],
        "additionalProperties": False,
    }
    return {"anyOf": [facts, batch]}


def _responses(fine: str, **refusals: str) -> dict[Any, Any]:
    """Describe the responses of one operation: the fine one by its schema, refusals by why."""
    documented: dict[Any, Any] = {
        200: {
            "description": "OK",
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{fine}"}}},
        }
    }
    for status, why in refusals.items():
        documented[int(status.removeprefix("s"))] = {
            "description": why,
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
    return documented


@router.get(
    "/policy",
    operation_id="policy",
    summary="The policy as data",
    openapi_extra={
        "responses": _responses(
            "PublishedPolicy",
            s404="There is no such version.",
            s422="A parameter cannot be read.",
            s503="No version is in force yet, or its stored text was changed.",
        )
        | {304: {"description": "Not changed since the ETag that was sent."}}
    },
)
def policy(
    request: HttpRequest,
    version: str = "",
    lang: Lang | None = None,
) -> HttpResponse:
    """Return a version with statements and register: the one in force, or `version`.

    `version` is a number or 8 or more digits of its hash; `lang` leaves one language only.
    """
    found = published.publish(Store().alias, version, lang, datetime.now(UTC))
    response = HttpResponse(found.body, content_type=JSON)
    response["ETag"] = found.etag
    patch_cache_control(response, **found.cache)
    return get_conditional_response(request, etag=found.etag, response=response) or response


@router.api_operation(["HEAD"], "/policy", include_in_schema=False)
def policy_head(
    request: HttpRequest,
    version: str = "",
    lang: Lang | None = None,
) -> HttpResponse:
    """Answer as `policy` does; the server leaves the body out (RFC 9110, 9.3.2)."""
    return policy(request, version, lang)


@router.post(
    "/decisions",
    operation_id="decide",
    summary="May this be done?",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Question"}}},
        },
        "responses": _responses(
            "Decisions",
            s400="The body is not JSON.",
            s403="The question is about a named person.",
            s413="The body is too long.",
            s415="The body is not sent as JSON.",
            s422="The facts are of no verb.",
            s429="Too many questions; Retry-After says when.",
            s503="No version is in force yet, or its stored text was changed.",
        ),
    },
)
def decide(request: HttpRequest) -> HttpResponse:
    """Ask the version in force: one question, or up to 1,000 as `{"decisions": […]}`.

    The answer names the statement that allows or refuses. Nothing is recorded.
    """
    doors.demand_json(request.headers.get("Content-Type", ""))
    doors.demand_patience(request.META.get("REMOTE_ADDR", ""))
    told = questions.ask(Store().alias, request.body, datetime.now(UTC))
    response = HttpResponse(msgspec.json.encode(told), content_type=JSON)
    response["Cache-Control"] = "no-store"
    return response
