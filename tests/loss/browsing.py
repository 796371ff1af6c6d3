"""A reader without a screen: keeps cookies, fills in forms, follows no redirect by itself."""

import http.client
import re
import urllib.parse
from http.cookies import SimpleCookie
from typing import Final, NamedTuple

from tests.people.factor import code_of, secret_on

TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HANDLE: Final = re.compile(r"owner-[a-z0-9]{6}")
CODE: Final = re.compile(r"<li><code>([a-z2-7-]+)</code>")
TIMEOUT_S: Final = 60


class Page(NamedTuple):
    """What came back."""

    status: int
    text: str
    location: str


class Browser:
    """One browser of one server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies = SimpleCookie()
        self._token = ""
        self.codes: list[str] = []
        """Recovery codes that were shown."""

    def get(self, path: str, **headers: str) -> Page:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **fields: str) -> Page:
        """Fill in the form of the page that was asked for last, and send it."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token, **fields})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body, kind)

    def json(self, path: str, body: bytes) -> Page:
        """Send what says it is JSON."""
        return self._ask("POST", path, body, {"Content-Type": "application/json"})

    def claim(self, link: str, password: str) -> str:
        """Become the owner by a link, with a code generator; return the handle."""
        path = urllib.parse.urlsplit(link).path
        assert self.get(path).status == 200
        claimed = self.post(path, password=password, again=password)
        assert claimed.status == 302, claimed
        found = HANDLE.search(self.get(claimed.location).text)
        assert found is not None
        secret = secret_on(self.get("/console/account/factors").text)
        added = self.post("/console/account/factors", code=code_of(secret))
        self.codes = CODE.findall(added.text)
        assert self.codes, added
        return found.group()

    def sign_in(self, handle: str, password: str) -> Page:
        """Try to sign in."""
        self.get("/console/sign-in")
        return self.post("/console/sign-in", handle=handle, password=password)

    def second(self, code: str) -> Page:
        """Take the second step, after the first."""
        self.get("/console/sign-in/second")
        return self.post("/console/sign-in/second", code=code)

    def _ask(
        self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]
    ) -> Page:
        cookies = "; ".join(f"{one.key}={one.value}" for one in self._cookies.values())
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, {"Cookie": cookies, **headers})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies.load(line)
        if (token := TOKEN.search(text)) is not None:
            self._token = token.group(1)
        return Page(answer.status, text, answer.headers.get("Location", ""))
