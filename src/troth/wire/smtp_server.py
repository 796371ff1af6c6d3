"""The SMTP server mail goes out by, as the operator writes it. Pure.

`smtp://user:password@host:587` begins in the clear and turns to TLS before anything is told;
`smtps://…` is TLS from the first byte. `?tls=no` gives TLS up, and `?tls=yes` asks for it on this
machine, where it is not asked for otherwise.
"""

import re
from email.headerregistry import Address
from email.utils import getaddresses
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

Security = Literal["tls", "starttls", "none"]

PORTS: Final = {"smtp": 587, "smtps": 465}
WRITTEN: Final = "an SMTP server is written smtp://user@mail.example.com:587 or smtps://…"
CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")
BREAKS: Final = re.compile(r"[\x00-\x1f\x7f]")
ADDRESS_LENGTH_MAX: Final = 254
NAME_LENGTH_MAX: Final = 100


class SmtpServer(Struct, frozen=True):
    """Where mail is handed over, and as whom; a password is shown to nobody."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, {self.security})"

    @property
    def place(self) -> str:
        """Where it is, for people to read."""
        return f"{self.host}:{self.port}"


def parse_server(url: str, password: str = "") -> SmtpServer:
    """Read the address of a server; `password` goes before the one in it.

    Raises ValueError saying what is wrong, never what was written: it may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or CONTROL.search(url):
        raise ValueError(WRITTEN)
    if parts.path.strip("/") or parts.fragment:
        raise ValueError(WRITTEN)
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise ValueError("a port is a number from 1 to 65535") from None
    user, password = unquote(parts.username or ""), password or unquote(parts.password or "")
    if password and not user:
        raise ValueError("a password needs a user before it: smtp://user@mail.example.com:587")
    if not user.isascii() or not password.isascii():
        raise ValueError("user and password are ASCII; write others as the provider's help says")
    local = is_this_machine(parts.hostname)
    security = _security(parts.scheme, parts.query, local=local)
    if security == "none" and user and not local:
        raise ValueError("a password is not sent without TLS; leave ?tls=no or the user away")
    return SmtpServer(parts.hostname, port, security, user, password)


def _security(scheme: str, query: str, *, local: bool) -> Security:
    asked = dict(parse_qsl(query, keep_blank_values=True))
    if set(asked) - {"tls"} or asked.get("tls", "no") not in {"yes", "no"}:
        raise ValueError("after the ? there is tls=no or tls=yes and nothing else")
    if scheme == "smtps":
        if asked.get("tls") == "no":
            raise ValueError("smtps:// is TLS; write smtp:// to go without")
        return "tls"
    wanted = asked.get("tls", "no" if local else "yes")
    return "starttls" if wanted == "yes" else "none"


def is_this_machine(host: str) -> bool:
    """Tell whether a host is the loopback of this machine, where nobody listens in."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_sender(written: str) -> Address:
    """Read who mail is from: `privacy@example.com` or `Example Company <privacy@example.com>`.

    Raises ValueError.
    """
    found = getaddresses([written])
    name, spec = found[0] if len(found) == 1 else ("", "")
    if BREAKS.search(written) or not spec.isascii() or len(spec) > ADDRESS_LENGTH_MAX:
        raise ValueError("a sender is written Example Company <privacy@example.com>")
    if len(name) > NAME_LENGTH_MAX:
        raise ValueError(f"a sender's name has at most {NAME_LENGTH_MAX} characters")
    try:
        address = Address(name, addr_spec=spec)
    except Exception:  # noqa: BLE001 - the library raises errors of several kinds on bad addresses
        address = Address()
    if not address.username or "." not in address.domain.strip("."):
        raise ValueError("a sender is written Example Company <privacy@example.com>")
    return address
