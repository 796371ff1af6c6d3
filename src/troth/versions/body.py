"""The body of a call: JSON, or told where it stops being any."""

import re
from typing import Any, Final

import msgspec

from troth.policy.words import Message, mark
from troth.versions.problem import ProblemError

BYTE: Final = re.compile(r"\(byte (\d+)\)")


def json_of(body: bytes) -> Any:
    """Return what a body says. Raises ProblemError 400 with line and column."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = _place_of(error, body)
        before = body[:place]
        raise ProblemError(
            400,
            "malformed-json",
            Message(mark("The body is not JSON: %(why)s."), {"why": str(error)}),
            line=before.count(b"\n") + 1,
            column=place - (before.rfind(b"\n") + 1) + 1,
        ) from None


def _place_of(error: Exception, body: bytes) -> int:
    """Return the byte where the body stops being JSON: its end where it is cut off."""
    try:
        body.decode()
    except UnicodeDecodeError as undecodable:
        return undecodable.start
    found = BYTE.search(str(error))
    if found:
        return int(found.group(1))
    return len(body) if "truncated" in str(error) else 0
