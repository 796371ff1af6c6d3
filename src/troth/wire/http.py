"""Fetch by HTTP: resolved once, private ranges refused, no redirects, bounded in size and time.

The connection is made to the address that was looked at, so that a name cannot come to mean
another one in between; the certificate is still checked against the name.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from troth.policy.words import Message, mark

TIMEOUT_S: Final = 10.0
LIMIT_BYTES: Final = 10_000_000
PORTS: Final = {"http": 80, "https": 443}
CHUNK_BYTES: Final = 65_536
NAT64: Final = IPv6Network("64:ff9b::/96")


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes
    etag: str = ""


class FetchError(Exception):
    """Nothing came back that could be used; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


def get(
    url: str,
    *,
    allow_private: bool = False,
    limit_bytes: int = LIMIT_BYTES,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Fetch an address. `allow_private` is for addresses a person typed at her own terminal.

    Raises FetchError: no http(s) address, a private or reserved range, no answer in time, an
    answer that is too long. A redirect is answered as it is, never followed.
    """
    return _asked("GET", url, b"", {}, allow_private, limit_bytes, timeout_s)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    limit_bytes: int = LIMIT_BYTES,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Send a body to an address, bounded as `get` is. Raises FetchError, which tells no body."""
    return _asked("POST", url, body, headers, allow_private, limit_bytes, timeout_s)


def _asked(
    method: str,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    allow_private: bool,  # noqa: FBT001 - as above
    limit_bytes: int,
    timeout_s: float,
) -> Answer:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise _refused(url, mark("%(url)s is no http or https address."))
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise _refused(url, mark("%(url)s is no http or https address.")) from None
    addresses = _resolved(url, parts.hostname, port, allow_private=allow_private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    deadline = time.monotonic() + timeout_s
    connection = _Pinned(parts.hostname, port, addresses, timeout_s, tls=parts.scheme == "https")
    watch = threading.Timer(timeout_s, connection.cut)
    watch.start()
    try:
        sent = {**headers, "Host": parts.netloc.rpartition("@")[2]}
        connection.request(method, path, content or None, sent)
        answer = connection.getresponse()
        body = _body(answer, url, limit_bytes, deadline)
        if connection.was_cut:
            raise TimeoutError("the answer took too long")
        return Answer(answer.status, body, answer.headers.get("ETag") or "")
    except UnicodeError:  # letters that are not written as %XX
        raise _refused(url, mark("%(url)s is no http or https address.")) from None
    except (OSError, http.client.HTTPException) as error:
        raise _refused(url, mark("%(url)s gives no answer (%(why)s)."), error) from error
    finally:
        watch.cancel()
        connection.close()


def _body(answer: http.client.HTTPResponse, url: str, limit_bytes: int, deadline: float) -> bytes:
    parts, length = [], 0
    while chunk := answer.read1(CHUNK_BYTES):
        parts.append(chunk)
        length += len(chunk)
        if length > limit_bytes:
            raise _refused(url, mark("%(url)s answers with more than may be."))
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    return b"".join(parts)


def _resolved(url: str, host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the addresses of a name; refuse a name of which any is private."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused(url, mark("%(url)s cannot be found (%(why)s)."), error) from error
    addresses = [str(one[4][0]) for one in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise _refused(url, mark("%(url)s leads to a private or reserved address."))
    return list(dict.fromkeys(addresses))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, of one machine.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is judged by that as well.
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        inside = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in NAT64:
            inside = IPv4Address(int(parsed) & 0xFFFFFFFF)
        if parsed.is_site_local or parsed.teredo or (inside and not is_public(str(inside))):
            return False
        if inside and parsed.ipv4_mapped:
            return True
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _refused(url: str, template: str, error: Exception | None = None) -> FetchError:
    why = getattr(error, "strerror", None) or type(error).__name__
    shown = url[:200].partition("?")[0]
    if "@" in shown:
        shown = shown.rpartition("@")[2]  # what stands before it may be a password
    return FetchError(Message(template, {"url": shown, "why": why}))


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were looked at before, under the name they were asked by."""

    def __init__(
        self, host: str, port: int, addresses: list[str], timeout_s: float, *, tls: bool
    ) -> None:
        super().__init__(host, port, timeout=timeout_s)
        self._addresses, self._tls = addresses, tls
        self._deadline = time.monotonic() + timeout_s
        self.was_cut = False

    def cut(self) -> None:
        """End it from another thread: a peer that drips must not hold us beyond the time."""
        self.was_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        """Connect to the first that listens; with TLS the certificate must be the name's."""
        plain = self._plain()
        if self._tls:
            context = ssl.create_default_context()
            try:
                self.sock = context.wrap_socket(plain, server_hostname=self.host)
            except BaseException:
                plain.close()
                raise
        else:
            self.sock = plain

    def _plain(self) -> socket.socket:
        """Try one address after the other: a machine may listen on only one of its two kinds."""
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return self._dialled(address)
        return self._dialled(last)

    def _dialled(self, address: str) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the connection took too long")
        plain = socket.create_connection((address, self.port), left)
        plain.settimeout(self.timeout)
        return plain
