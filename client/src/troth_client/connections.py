"""Connections to one server: each is used by one call at a time, and again a moment later."""

import http.client
import os
import ssl
import time
from collections import deque
from typing import Final

IDLE_SECONDS_MAX: Final = 4.0
"""Servers close what nobody uses; the usual ones after five seconds."""
IDLE_MAX: Final = 32


class Connections:
    """Takes a connection out and puts it back. Safe to share between threads, and to fork with."""

    def __init__(self, host: str, port: int, *, secure: bool, timeout_seconds: float) -> None:
        self._host, self._port, self._timeout = host, port, timeout_seconds
        self._context = ssl.create_default_context() if secure else None
        self._idle: deque[tuple[http.client.HTTPConnection, float]] = deque(maxlen=IDLE_MAX)
        self._process = os.getpid()

    def used(self) -> http.client.HTTPConnection | None:
        """Return one that was used a moment ago; None where there is none."""
        if self._process != os.getpid():  # a child must not talk on its parent's lines
            self._process = os.getpid()
            self.close()
        oldest = time.monotonic() - IDLE_SECONDS_MAX
        while True:
            try:
                connection, since = self._idle.pop()
            except IndexError:
                return None
            if since >= oldest:
                return connection
            connection.close()

    def fresh(self) -> http.client.HTTPConnection:
        """Return a new one, which is opened when something is sent."""
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout, context=self._context
        )

    def put_back(self, connection: http.client.HTTPConnection) -> None:
        """Keep one whose answer was read whole; if the server has ended it, that is seen here."""
        if connection.sock is None:
            return
        if len(self._idle) < IDLE_MAX:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()

    def close(self) -> None:
        """Close what nobody uses."""
        while self._idle:
            self._idle.pop()[0].close()
