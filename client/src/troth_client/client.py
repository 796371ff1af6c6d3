"""The client: what a back end asks of a Troth server."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, Self
from urllib.parse import urlencode

from troth_client.assertions import LASTS_SECONDS, assertion
from troth_client.calls import Calls
from troth_client.keys import id_of

TIMEOUT_SECONDS: Final = 10.0
ONCE_LENGTH_MAX: Final = 200
Lang = Literal["en", "zh"]
Value = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no, a sentence that says why, and the id of the policy's statement that rules."""

    allowed: bool
    code: str
    reason: Mapping[str, str]
    statement: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that was taken in: its id, the sentence that tells of it, the policy's version.

    By a test key nothing is kept, and the id is "".
    """

    id: str
    statement: str
    version: str


@dataclass(frozen=True, slots=True)
class Consents:
    """What somebody has agreed to and refused by now, and under which version of the policy."""

    version: str
    sequence: int
    choices: Mapping[str, bool]
    asked: tuple[Mapping[str, str], ...] = ()
    token: str = field(default="", repr=False)


class Troth:
    """A Troth server, as one of its secret keys may use it. Safe to share between threads."""

    def __init__(
        self,
        server: str,
        key: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        lang: Lang = "en",
    ) -> None:
        """`server` is its address, `key` a secret key, `lang` the language of its refusals.

        `timeout_seconds` is how long each sending may wait; there are three at most. Raises
        ValueError on what is no address or no secret key.
        """
        id_of(key)
        self._key = key
        self._calls = Calls(server, key, timeout_seconds=timeout_seconds, lang=lang)

    def __repr__(self) -> str:
        return f"Troth({self._calls.audience})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for the next call; a later call opens its own."""
        self._calls.close()

    def record(
        self,
        subject: str,
        category: str,
        fields: Mapping[str, Value],
        *,
        purpose: str,
        source: str = "direct",
        once: str = "",
        **more: Any,
    ) -> Taken:
        """Have a record taken in; return its id, and the policy's sentence that tells of it.

        `new=True`: she may be unknown until now. `of_age=True`: she has reached the policy's
        minimum age. `region` is an ISO 3166 code. `once`: a call that is made again with the same
        text within a day is done once. Raises RefusedError: undeclared (422), without consent
        (403), unknown (404), erased (410).
        """
        told = _record(subject, category, fields, purpose=purpose, source=source, **more)
        answer = self._write("/v1/records", told, once)
        return Taken(answer.get("id", ""), answer["statement"], answer["version"])

    def records(self, records: Iterable[Mapping[str, Any]], *, once: str = "") -> list[str]:
        """Have up to 10,000 records taken in, all or none; return their ids in order.

        Each has what `record` takes: subject, category, fields, purpose, source, …
        """
        told = [_record(**{"source": "direct", **one}) for one in records]
        answer = self._write("/v1/records", {"records": told}, once)
        return [str(one) for one in answer.get("ids", ())]

    def use(
        self, subject: str, category: str, fields: Iterable[str] | None = None, *, purpose: str
    ) -> dict[str, str | float | bool | None]:
        """Return values for a purpose the policy tells of; the use is recorded. None: not held.

        Without `fields` it is all that are declared. Raises RefusedError.
        """
        told: dict[str, Any] = {"subject": subject, "category": category, "purpose": purpose}
        if fields is not None:
            told["fields"] = list(fields)
        return dict(self._calls.send("POST", "/v1/uses", told)["values"])

    def decide(self, verb: str, **facts: Any) -> Decision:
        """Ask what the policy allows; nothing is done or recorded. `facts` are the verb's."""
        answer = self._calls.send("POST", "/v1/decisions", {"verb": verb, **facts})
        reason = answer["reason"]
        return Decision(
            answer["allowed"], reason["code"], reason["text"], answer["statement"]["id"]
        )

    def consents(self, subject: str, *, lang: Lang = "en") -> Consents:
        """Return what somebody has agreed to, and the words for what may be asked."""
        query = urlencode({"subject": subject, "lang": lang})
        told = self._calls.send("GET", f"/v1/consents?{query}")
        choices = {about: one["given"] for about, one in told["choices"].items()}
        return Consents(
            told["version"], told["sequence"], choices, tuple(told["asked"]), told.get("token", "")
        )

    def choose(
        self,
        subject: str,
        choices: Mapping[str, bool],
        *,
        version: str,
        texts: Mapping[str, str],
        lang: Lang,
        surface: str = "settings",
        once: str = "",
        **more: Any,
    ) -> frozenset[str]:
        """Keep what somebody said to each thing she was asked; return what has changed by it.

        `version` and `texts` (by what is asked for, the hash of the words shown) come from
        `consents`: a yes is bound to the words she saw.
        """
        told = {
            "subject": subject,
            "choices": dict(choices),
            "version": version,
            "texts": dict(texts),
            "lang": lang,
            "surface": surface,
            **more,
        }
        return frozenset(self._write("/v1/consents", told, once)["changed"])

    def assert_identity(
        self, subject: str, *, audience: str = "", lasts_seconds: int = LASTS_SECONDS
    ) -> str:
        """Return an assertion for your page: who its user is, to be used once, within minutes.

        `audience` is the address by which your page calls the server, if it is another than yours.
        """
        return assertion(
            self._key, audience or self._calls.audience, subject, lasts_seconds=lasts_seconds
        )

    def _write(self, path: str, body: object, once: str) -> dict[str, Any]:
        if len(once) > ONCE_LENGTH_MAX or not once.isascii() or not once.isprintable():
            raise ValueError(f"`once` is 1 to {ONCE_LENGTH_MAX} plain letters and digits")
        return self._calls.send("POST", path, body, {"Idempotency-Key": once or uuid.uuid4().hex})


def _record(
    subject: str,
    category: str,
    fields: Mapping[str, Value],
    *,
    purpose: str,
    source: str,
    **more: Any,
) -> dict[str, Any]:
    return {
        "subject": subject,
        "category": category,
        "fields": dict(fields),
        "purpose": purpose,
        "source": source,
        **more,
    }
