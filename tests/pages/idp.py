"""A provider of sign-ins that runs here and answers as one does."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT: Final = "troth"
PAGE: Final = "shop-page"
"""As whom the page of an operator is known, whose users sign in here."""
SECRET: Final = "made up: a secret"
SUBJECT: Final = "made-up-Subject-1"
KEY: Final = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})


class Handler(BaseHTTPRequestHandler):
    """What a provider tells of itself, and its exchange of a code for a token."""

    def do_GET(self) -> None:
        """Answer discovery and keys."""
        ours: Idp = self.server.idp  # type: ignore[attr-defined]
        ours.asked.append(self.path)
        if ours.fails is not None and not self.path.startswith("/authorize?"):
            return self._fail(*ours.fails)
        if self.path == "/keys":
            return self._say({"keys": [key.as_dict(private=False) for key in ours.keys]})
        if self.path.startswith("/authorize?"):
            return self._sign_in(ours)
        told = {
            "issuer": ours.told_issuer or ours.issuer,
            "authorization_endpoint": f"{ours.issuer}/authorize",
            "token_endpoint": f"{ours.issuer}/token",
            "jwks_uri": f"{ours.issuer}/keys",
        }
        return self._say(told)

    def do_POST(self) -> None:
        """Exchange a code, once, for who proves by secret and verifier that it is theirs."""
        ours: Idp = self.server.idp  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = ours.codes.pop(given.get("code", ""), None)
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        client, _, secret = pair.partition(":")
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or (unquote(client), unquote(secret)) != (CLIENT, SECRET)
            or challenge != asked["code_challenge"]
            or given["redirect_uri"] != asked["redirect_uri"]
        ):
            self.send_error(400)
            return
        at = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": ours.issuer,
            "aud": CLIENT,
            "sub": SUBJECT,
            "nonce": asked["nonce"],
            "iat": at,
            "exp": at + 300,
        }
        token = jwt.encode({"alg": "ES256", "kid": "one"}, claims | ours.claims, KEY)
        self._say({"access_token": "unused", "token_type": "Bearer", "id_token": token})

    def _sign_in(self, ours: "Idp") -> None:
        """Sign a browser in without a question, and send it back."""
        address = f"{ours.issuer}{self.path}"
        given = ours.approve(address)
        self.send_response(302)
        self.send_header(
            "Location", f"{ours.codes[given['code']]['redirect_uri']}?{urlencode(given)}"
        )
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _fail(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Location", "https://elsewhere.example.com/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _say(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Idp:
    """The provider, and who signs in there: `claims` are what its token says besides.

    `asked` is what it was asked for, `fails` what it answers instead: a status and a body.
    """

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.told_issuer = ""
        self.keys: list[Any] = [KEY]
        self.asked: list[str] = []
        self.fails: tuple[int, bytes] | None = None

    def id_token(
        self, key: Any = KEY, at: datetime | None = None, *, head: Any = None, **claims: Any
    ) -> str:
        """Return the token of a page's user who has just signed in; None leaves a claim out."""
        made = int((at or datetime.now(UTC)).timestamp())
        told: dict[str, Any] = {
            "iss": self.issuer,
            "aud": PAGE,
            "sub": SUBJECT,
            "iat": made,
            "exp": made + 3_600,
        }
        told["nonce"] = secrets.token_hex(8)
        said = {name: one for name, one in {**told, **claims}.items() if one is not None}
        header = {"alg": "ES256", "kid": key.kid, **(head or {})}
        header = {name: one for name, one in header.items() if one is not None}
        return jwt.encode(header, said, key, algorithms=[header["alg"]])

    def approve(self, address: str) -> dict[str, str]:
        """Have somebody sign in at the provider; return with what she is sent back."""
        assert address.startswith(f"{self.issuer}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["scope"], asked["code_challenge_method"]) == ("openid", "S256")
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}


@contextmanager
def running() -> Iterator[Idp]:
    """Run a provider on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Idp(server.server_address[1])
    server.idp = made  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()
