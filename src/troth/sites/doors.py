"""What every call by a key passes: who calls, what was sent, and the answer of a refusal.

`caller_of(request, scope) -> Caller`      raises ProblemError
`parse(request, shape) -> …`               the same; names the place that is wrong, no value
`problem(error) -> ProblemError`           of whatever a verb refuses with
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from django.http import HttpRequest

from troth.gate.malformed import malformed
from troth.people.subjects import UnfitSubjectError, UnknownSubjectError
from troth.people.values import NoPolicyError, RefusedError
from troth.policy.words import Message, mark
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import Call, Caller, authenticate
from troth.sites.words import Scope
from troth.vault import ErasedError
from troth.versions.body import json_of
from troth.versions.doors import demand_json
from troth.versions.problem import ProblemError

Shape = TypeVar("Shape")
PLACE: Final = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
NAMED: Final = re.compile(r"^Object (missing required|contains unknown) field `([^`]{1,100})`")
NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
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


def parse(request: HttpRequest, shape: type[Shape]) -> Shape:
    """Return the body as the shape it must have."""
    demand_json(request.headers.get("Content-Type", ""))
    body = request.body
    json_of(body)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None


def problem(error: Exception) -> ProblemError:
    """Return the refusal of a verb as a problem document tells it; what is none is raised again."""
    told = _TOLD.get(type(error))
    if told is None:
        raise error
    return told(error)


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
}


def _misshapen(why: str) -> ProblemError:
    found, named = PLACE.search(why), NAMED.search(why)
    place = found[1] if found else ""
    where = {"where": place} if place else {}
    if named is None:
        return ProblemError(422, "misshapen", malformed(why, ()), **where)
    name = named[2] if NAME.fullmatch(named[2]) else "…"
    says = (
        mark("“%(name)s” is missing; give it.")
        if named[1] == "missing required"
        else mark("There is no “%(name)s” in this call; leave it out.")
    )
    return ProblemError(422, "misshapen", Message(says, {"name": name}), **where)
