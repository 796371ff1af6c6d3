"""One call over HTTP: a connection a thread, sent again where the line broke, told as an error."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from troth_client.errors import RefusedError, UnavailableError

TRIES: Final = 3
WAIT_SECONDS: Final = 0.2
WAIT_SECONDS_MAX: Final = 5.0
FIRST_REFUSAL: Final = 400
AWAY: Final = frozenset({502, 503, 504})
TOO_MANY: Final = 429
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Calls:
    """Sends JSON to one server and returns what it answers."""

    def __init__(self, server: str, key: str, timeout_seconds: float) -> None:
        parts = urlsplit(server)
        host = parts.hostname
        if parts.scheme not in {"http", "https"} or not host or parts.path.rstrip("/"):
            raise ValueError("the server's address is like https://privacy.example.com")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise ValueError("a key is sent over https only, but for this machine itself")
        self.audience = f"{parts.scheme}://{parts.netloc.lower()}"
        self._secure, self._host, self._port = parts.scheme == "https", host, parts.port
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._timeout = timeout_seconds
        self._context = ssl.create_default_context() if self._secure else None
        self._own = threading.local()

    def __repr__(self) -> str:
        return f"Calls({self.audience})"

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Send one call; where nothing is known to have happened it is sent again.

        Whoever writes gives an Idempotency-Key, by which the server tells a second time from
        another. Raises RefusedError, UnavailableError.
        """
        sent = None if body is None else json.dumps(body).encode()
        told = {**self._headers, **(headers or {})}
        if sent is not None:
            told["Content-Type"] = "application/json"
        why = ""
        for tried in range(TRIES):
            if tried:
                time.sleep(min(WAIT_SECONDS * 2**tried, WAIT_SECONDS_MAX))
            try:
                status, wait, raw = self._once(method, path, sent, told)
            except (OSError, http.client.HTTPException) as error:
                self._close()
                why = type(error).__name__
                continue
            if status in AWAY or (status == TOO_MANY and wait <= WAIT_SECONDS_MAX):
                why = f"{status}"
                time.sleep(min(wait, WAIT_SECONDS_MAX))
                continue
            return _answer(status, raw)
        raise UnavailableError(f"{self.audience} did not answer ({why}); nothing is known")

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, float, bytes]:
        connection = self._connection()
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        raw = response.read()
        wait = response.headers.get("Retry-After", "0")
        return response.status, float(wait) if wait.isdigit() else 0.0, raw

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            found = (
                http.client.HTTPSConnection(
                    self._host, self._port, timeout=self._timeout, context=self._context
                )
                if self._secure
                else http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
            )
            self._own.connection = found
        return found

    def _close(self) -> None:
        self._connection().close()
        del self._own.connection


def _answer(status: int, raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw) if raw else {}
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    if status >= FIRST_REFUSAL:
        raise RefusedError(status, told)
    return told
