"""What every call by a key passes: who calls, what was sent, and the answer of a refusal.

`caller_of(request, scope) -> Caller`      raises ProblemError
`call_of(request, told) -> Asked | None`   by which a call that comes twice is known
`parse(request, decoder) -> …`             the same; names the place that is wrong, no value
`write(caller, needs, verb, …)`            raises as ProblemError what a verb refuses with; so does
`read(caller, verb, …)`
`problem(error) -> ProblemError`           of whatever a verb refuses with
`learn(told) -> None`                      what more verbs refuse with, and how it is told
`answered(told, status) -> HttpResponse`
`described(body, answer) -> …`             what the OpenAPI description says of such a call
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse

from troth import vault
from troth.gate.malformed import PLACE, malformed
from troth.people.subjects import UnfitSubjectError, UnknownSubjectError
from troth.people.values import NoPolicyError, RefusedError
from troth.policy.words import Message, mark
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Call, Caller, authenticate
from troth.sites.words import Scope
from troth.store import SYSTEM, Tx, rehearse, transact_as
from troth.store.idempotent import KEY_LENGTH_MAX, Asked, InProgressError, MismatchError
from troth.vault import ErasedError, PersonId
from troth.versions.body import json_of
from troth.versions.doors import demand_json
from troth.versions.problem import ProblemError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Shape = TypeVar("Shape")
NAMED: Final = re.compile(r"^Object (missing required|contains unknown) field `([^`]{1,100})`")
HASH: Final = "[0-9a-f]{64}"
"""What is in the pattern of a hash."""
VALUE: Final = re.compile(r"^Expected `[^`]*\|[^`]*\|[^`]*`")
"""One of several kinds of value, as a field takes them."""
NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
UNGUESSABLE: Final = 16
"""Letters of a random key nobody guesses."""
OK: Final = 200
IDEMPOTENCY: Final = "Idempotency-Key"
REPEATS: Final = {
    IDEMPOTENCY: (KEY_LENGTH_MAX, "A call that comes again with the same key is done once.")
}
"""What a call may have that writes, for `described`."""
JSON: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"
REFERENCE: Final = "#/components/schemas/{name}"
PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
REFUSED: Final = {
    400: "The body is not JSON.",
    401: "No key, or none that works.",
    403: "The key may not do this, or the policy does not allow it.",
    404: "Nobody is known by this subject.",
    409: "Another version is in force, or the same call is being done.",
    410: "The subject was erased.",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    422: "What was sent is not what is declared, or has another shape.",
    429: "Too many calls; Retry-After says when.",
    503: "No version is in force, or the database or the users' provider does not answer.",
}
"""Why a call by a key is refused, by status."""
ERASED: Final = mark("This subject was erased; nothing is taken in or given out any more.")


def caller_of(request: HttpRequest, scope: Scope) -> Caller:
    """Return by which key a call is made, if that may do this."""
    call = Call(
        request.headers.get("Authorization", ""),
        request.headers.get("Origin", ""),
        request.META.get("REMOTE_ADDR", ""),
    )
    try:
        return authenticate(call, scope, datetime.now(UTC))
    except KeyRefusedError as error:
        raise problem(error) from None


def parse(request: HttpRequest, decoder: "msgspec.json.Decoder[Shape]") -> Shape:
    """Return the body as the shape it must have."""
    demand_json(request.headers.get("Content-Type", ""))
    body = request.body
    json_of(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None


def problem(error: Exception) -> ProblemError:
    """Return the refusal of a verb as a problem document tells it; what is none is raised again."""
    told = _TOLD.get(type(error))
    if told is None:
        raise error
    return told(error)


def call_of(request: HttpRequest, caller: Caller, told: str) -> Asked | None:
    """Return by what a call is known when it comes twice; None where it says nothing of that.

    `told` tells its subject apart. Who calls by a publishable key may be anybody, so hers is too
    long to be guessed: else she could be given the answer of another's first contact.
    """
    key = request.headers.get(IDEMPOTENCY, "")
    if not key:
        return None
    least = 1 if caller.kind == "secret" else UNGUESSABLE
    if not least <= len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        raise ProblemError(
            422,
            "idempotency-key",
            Message(
                mark("This Idempotency-Key is %(least)s to %(most)s characters, random ones."),
                {"least": least, "most": KEY_LENGTH_MAX},
            ),
            where=IDEMPOTENCY,
        )
    return Asked(
        f"{caller.key} {told}", key, f"{request.method} {request.path}\n".encode() + request.body
    )


def answered(told: Any, status: int = 200) -> HttpResponse:
    """Return an answer as JSON that nobody keeps."""
    response = HttpResponse(msgspec.json.encode(told), status=status, content_type=JSON)
    response["Cache-Control"] = "no-store"
    return response


def described(
    body: str,
    answer: str,
    *,
    status: int = OK,
    headers: Mapping[str, tuple[int, str]] | None = None,
) -> dict[str, Any]:
    """Describe a call by a key: the schemas of its body ("" for none) and of its answer.

    `headers` are those it may have: how many characters each, and what for.
    """
    content = {JSON: {"schema": _reference(answer)}}
    fine = {OK: "OK"} if status == OK else {status: "Done.", OK: "By a test key: nothing is kept."}
    documented: dict[str, Any] = {
        "responses": {
            **{one: {"description": says, "content": content} for one, says in fine.items()},
            **{
                one: {"description": why, "content": {PROBLEM_TYPE: {"schema": PROBLEM}}}
                for one, why in REFUSED.items()
            },
        },
        "security": [{"key": []}],
    }
    if body:
        documented["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": _reference(body)}},
        }
    if headers:
        documented["parameters"] = [
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": says,
                "schema": {"type": "string", "maxLength": length},
            }
            for name, (length, says) in headers.items()
        ]
    return documented


def _reference(name: str) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=name)}


def _key_refused(error: Any) -> ProblemError:
    return ProblemError(error.status, error.code, error.message, **error.more)


def _refused(error: Any) -> ProblemError:
    decision = error.decision
    return ProblemError(403, decision.reason.code, error.message, statement=decision.statement)


_TOLD: Final[dict[type[Exception], Callable[[Any], ProblemError]]] = {
    KeyRefusedError: _key_refused,
    RefusedError: _refused,
    UnknownSubjectError: lambda error: ProblemError(404, "subject-unknown", error.message),
    UnfitSubjectError: lambda error: ProblemError(
        422, "subject-unfit", error.message, where="subject"
    ),
    ErasedError: lambda _: ProblemError(410, "subject-erased", Message(ERASED)),
    NoPolicyError: lambda error: ProblemError(503, "no-version", error.message),
    MismatchError: lambda error: ProblemError(error.status, error.code, error.message),
    InProgressError: lambda error: ProblemError(error.status, error.code, error.message),
}


def learn(told: Mapping[type[Exception], Callable[[Any], ProblemError]]) -> None:
    """Have what other verbs refuse with be told, too."""
    _TOLD.update(told)


def write(
    caller: Caller,
    needs: Iterable[PersonId],
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Return what a verb does, once that is durable; in test mode it is rehearsed alone.

    `needs` are persons whose keys must be there first; who is rehearsed about is nobody.
    """
    try:
        if caller.test:
            return rehearse(SYSTEM, verb, *args, **kwargs)
        return vault.write(SYSTEM, needs, verb, *args, **kwargs)
    except tuple(_TOLD) as error:
        raise problem(error) from None


def read(
    caller: Caller,
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Return what a verb tells, which waits for no other's."""
    run = rehearse if caller.test else transact_as
    try:
        return run(SYSTEM, verb, *args, **kwargs)
    except tuple(_TOLD) as error:
        raise problem(error) from None


def _shape(why: str, place: str) -> Message:
    """Tell what is taken where something else was sent."""
    if not place:
        return Message(mark("The body is an object in curly brackets, as the API describes it."))
    if HASH in why:
        says = mark("%(place)s takes the 64 hexadecimal digits of a “hash” as the answer tells it.")
        return Message(says, {"place": place})
    if VALUE.search(why):
        says = mark("%(place)s takes text, a number, true, false or null.")
        return Message(says, {"place": place})
    return malformed(why, ())


def _misshapen(why: str) -> ProblemError:
    found, named = PLACE.search(why), NAMED.search(why)
    place = found[1] if found else ""
    where = {"where": place} if place else {}
    if named is None:
        return ProblemError(422, "misshapen", _shape(why, place), **where)
    name = named[2] if NAME.fullmatch(named[2]) else "…"
    says = (
        mark("“%(name)s” is missing; give it.")
        if named[1] == "missing required"
        else mark("There is no “%(name)s” in this call; leave it out.")
    )
    return ProblemError(422, "misshapen", Message(says, {"name": name}), **where)
