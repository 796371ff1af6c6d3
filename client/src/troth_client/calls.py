"""One call over HTTP: sent again where the line broke or the server was away, told as an error."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from troth_client.connections import Connections
from troth_client.errors import RefusedError, TrothError, UnavailableError

TRIES: Final = 3
WAIT_SECONDS: Final = 0.2
WAIT_SECONDS_MAX: Final = 5.0
DONE: Final = range(200, 300)
FIRST_REFUSAL: Final = 400
AWAY: Final = frozenset({502, 503, 504})
TOO_MANY: Final = 429
IN_PROGRESS: Final = "idempotency-in-progress"
"""What is told of a call whose first sending is still being done."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the JSON object of the body ({} for none), and for how long to wait (seconds)."""

    status: int
    told: dict[str, Any]
    wait: float = 0.0

    @property
    def problem(self) -> RefusedError:
        """The refusal it is."""
        return RefusedError(self.status, self.told, retry_after=self.wait)

    @property
    def may_come_again(self) -> bool:
        """Whether the same call may be answered otherwise in a moment."""
        soon = self.status == TOO_MANY and self.wait <= WAIT_SECONDS_MAX
        return self.status in AWAY or soon or self.problem.code == IN_PROGRESS


class Calls:
    """Sends JSON to one server and returns what it answers."""

    def __init__(self, server: str, key: str, *, timeout_seconds: float, lang: str) -> None:
        parts = urlsplit(server)
        host = parts.hostname
        other = parts.path.rstrip("/") or parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in PORTS or not host or other:
            raise ValueError("the server's address is like https://privacy.example.com")
        secure = parts.scheme == "https"
        if not secure and host not in LOOPBACK:
            raise ValueError("a key is sent over https only, but for this machine itself")
        usual = PORTS[parts.scheme]
        port = parts.port or usual
        shown = f"[{host}]" if ":" in host else host
        self.audience = f"{parts.scheme}://{shown}" + ("" if port == usual else f":{port}")
        self._connections = Connections(host, port, secure=secure, timeout_seconds=timeout_seconds)
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Language": lang,
        }

    def __repr__(self) -> str:
        return f"Calls({self.audience})"

    def close(self) -> None:
        """Close the connections that are kept for the next call."""
        self._connections.close()

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Send one call; where it may not have been done, it is sent again.

        Whoever writes gives an Idempotency-Key, by which the server tells a second time from
        another. Raises RefusedError, UnavailableError, and TrothError where no Troth answers.
        """
        told = {**self._headers, **(headers or {})}
        sent = None
        if body is not None:
            sent = json.dumps(body, default=_plain, allow_nan=False).encode()
            told["Content-Type"] = "application/json"
        why, wait = "", 0.0
        for tried in range(TRIES):
            time.sleep(wait)
            wait = WAIT_SECONDS * 2**tried
            try:
                answer = self._once(method, path, sent, told)
            except (OSError, http.client.HTTPException) as error:
                why = type(error).__name__
                continue
            last = tried + 1 == TRIES and answer.status == TOO_MANY
            if last or not answer.may_come_again:
                return self._done(answer)
            why = f"{answer.status} {answer.problem.code}".rstrip()
            wait = min(max(wait, answer.wait), WAIT_SECONDS_MAX)
        raise UnavailableError(
            f"{self.audience} did not answer ({why}); whether it was done is not known"
        )

    def _done(self, answer: Answer) -> dict[str, Any]:
        if answer.status >= FIRST_REFUSAL:
            raise answer.problem
        if answer.status not in DONE or not answer.told:
            raise TrothError(
                f"{self.audience} does not answer as Troth does ({answer.status}): is it the"
                " address of the server itself?"
            )
        return answer.told

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        used = self._connections.used()
        if used is not None:
            try:
                return self._on(used, method, path, body, headers)
            except TimeoutError:
                raise
            except (OSError, http.client.HTTPException):
                self._connections.close()  # ended while nobody used it, and so the others
        return self._on(self._connections.fresh(), method, path, body, headers)

    def _on(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            raw = response.read()
        except BaseException:  # whatever it was, an answer may still come on this line
            connection.close()
            raise
        self._connections.put_back(connection)
        return Answer(response.status, _told(raw), _wait(response.headers.get("Retry-After", "")))


def _told(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _wait(told: str) -> float:
    """Return for how many seconds to wait (Retry-After, RFC 9110: seconds or a date)."""
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _plain(value: object) -> Any:
    """Return as JSON what is none; whatever can't be, is named by its type alone."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't be sent: give text, a number, a date or a bool")
