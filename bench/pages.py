"""Group *pages*: how long a running server takes to answer for its pages.

A real `troth serve` in its own process on a fresh data folder; one connection, kept alive; the time
from the request's first byte to the answer's last, so transport on the loopback is included.
"""

import http.client
import re
import statistics
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import Final

from bench.timing import table
from tests.services.server import Server

REQUESTS: Final = 300
PASSWORD: Final = "a bench needs a long password"  # noqa: S105 - of a throw-away server
REACH_MS: Final = {"policy page": 10, "policy page, 304": 10, "board": 60, "history": 80}


class Visitor:
    """A browser's part: one kept connection and its cookies."""

    def __init__(self, server: Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, form: dict[str, str] | None = None, *, if_none_match: str = ""
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Send a GET, or a POST of a form; return status, body and headers."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Accept-Language": "en", "If-None-Match": if_none_match, "Cookie": cookies}
        sent = {name: value for name, value in sent.items() if value}
        if form is None:
            self.connection.request("GET", path, headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            self.connection.request("POST", path, urllib.parse.urlencode(form), sent)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode(), answer.headers


def times_ms(visitor: Visitor, path: str, expected: int, *, if_none_match: str = "") -> list[float]:
    """Ask for a page many times and return each answer's time in milliseconds."""
    taken = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        status, _, _ = visitor.ask(path, if_none_match=if_none_match)
        taken.append((time.perf_counter() - began) * 1e3)
        assert status == expected, f"{path} answered {status}"
    return sorted(taken)


def sign_in(visitor: Visitor, server: Server) -> None:
    """Become the owner through the first-owner link."""
    link = urllib.parse.urlsplit(server.owner_link).path
    _, page, _ = visitor.ask(link)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "the owner's page has no form"
    fields = re.findall(r'<input[^>]*type="password"[^>]*name="([^"]+)"', page) or re.findall(
        r'<input[^>]*name="([^"]*password[^"]*)"', page
    )
    form = dict.fromkeys(fields, PASSWORD) | {"csrfmiddlewaretoken": found.group(1)}
    status, _, _ = visitor.ask(link, form)
    assert status in {200, 302}, f"the owner could not sign in: {status}"


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data").wait()
        try:
            print(measure(server))
        finally:
            server.stop()


def measure(server: Server) -> str:
    """Return the group's table."""
    visitor = Visitor(server)
    sign_in(visitor, server)
    policy_ms = times_ms(Visitor(server), "/", 200)
    _, _, headers = Visitor(server).ask("/")  # by now the first examination has ended
    taken = {
        "policy page": policy_ms,
        "policy page, 304": times_ms(
            Visitor(server), "/", 304, if_none_match=headers["ETag"] or ""
        ),
        "board": times_ms(visitor, "/console/", 200),
        "history": times_ms(Visitor(server), "/history", 200),
    }
    return table(
        [
            (
                f"{name}, p95 of {REQUESTS}",
                f"≤ {REACH_MS[name]} ms",
                (
                    f"{statistics.quantiles(values, n=20)[-1]:.1f} ms (median "
                    f"{statistics.median(values):.1f})"
                ),
                f"{values[0]:.1f} … {values[-1]:.1f} ms",
            )
            for name, values in taken.items()
        ]
    )


if __name__ == "__main__":
    main()
