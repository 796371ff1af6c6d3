"""Hand mail over by SMTP (RFC 5321): TLS with a checked certificate, bounded in time.

`with Session(server, sender) as session: session.send(letter)`. Plain text in UTF-8. What will not
be mended by another try (a mailbox that does not exist) is told apart from what may.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from troth.policy.words import Message, mark
from troth.wire.smtp_server import ADDRESS_LENGTH_MAX, SmtpServer

CONNECT_SECONDS: Final = 20.0
SEND_SECONDS: Final = 40.0
"""Together no longer than the outbox gives a delivery: who is slower is asked again later."""
PERMANENT: Final = 500
SUBJECT_LENGTH_MAX: Final = 400
LOCAL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+")
DOMAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Za-z.:]+\]")
CLOSING: Final = 421
"""The server ends the connection (RFC 5321, 3.8)."""


class SmtpError(Exception):
    """Mail was not handed over, but may be later; `message` says why, without any address."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class ServerUnreachableError(SmtpError):
    """There is no server, it stopped in the middle, or its certificate is another's."""


class TlsNotOfferedError(SmtpError):
    """The server offers no TLS, and without it nothing is told."""


class SignInRefusedError(SmtpError):
    """The server does not take user and password."""


class SenderRefusedError(SmtpError):
    """The server takes no mail from our sender."""


class PutOffError(SmtpError):
    """The server says to try again later."""


class RecipientRefusedError(SmtpError):
    """The server takes no mail to this address: no further try will help."""


class ContentRefusedError(SmtpError):
    """The server takes no such mail: no further try will help."""


class Outgoing(Struct, frozen=True):
    """A mail that is ready to go: `number` makes its Message-ID, so that twice can be seen."""

    to: str
    subject: str
    body: str
    number: str
    at: datetime
    languages: str

    def __repr__(self) -> str:
        return f"Outgoing({self.number})"


class Session:
    """A connection over which mails are handed over one after the other."""

    def __init__(
        self,
        server: SmtpServer,
        sender: Address,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._server, self._sender = server, sender
        self._connect_seconds, self._send_seconds = connect_seconds, send_seconds
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and sign in, if that is not done.

        Raises ServerUnreachableError, TlsNotOfferedError, SignInRefusedError.
        """
        if self._smtp is not None:
            return
        client = _client(self._server, self._sender.domain, self._connect_seconds)
        try:
            with _bounded(client, self._connect_seconds):
                client.connect(self._server.host, self._server.port)
                self._secure(client)
                if self._server.user:
                    client.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError as error:
            client.close()
            raise self._told(SignInRefusedError, SIGN_IN, error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            client.close()
            raise self._told(SignInRefusedError, NO_SIGN_IN) from None
        except SmtpError:
            client.close()
            raise
        except (OSError, smtplib.SMTPException, ValueError) as error:
            client.close()
            raise self._unreachable(error) from None
        self._smtp = client

    def _secure(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if self._server.security != "starttls":
            return
        if not client.has_extn("starttls"):
            raise self._told(TlsNotOfferedError, NO_TLS)
        client.starttls(context=ssl.create_default_context())
        client.ehlo()

    def send(self, letter: Outgoing) -> None:
        """Hand one mail over; when it returns the server has taken it.

        Raises RecipientRefusedError, ContentRefusedError: for good; the others: for now.
        """
        self.connect()
        client = self._smtp
        assert client is not None  # noqa: S101 - `connect` made it
        to, message, options = _written(letter, self._sender, client)
        try:
            with _bounded(client, self._send_seconds):
                self._hand_over(client, to, message, options)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise self._unreachable(error) from None
        except SmtpError:
            if self._smtp is not None:
                with suppress(OSError, smtplib.SMTPException):
                    client.rset()
            raise

    def _hand_over(self, client: smtplib.SMTP, to: str, message: bytes, options: list[str]) -> None:
        code, _ = client.mail(self._sender.addr_spec, options)
        self._demand(code, SenderRefusedError, SENDER)
        code, _ = client.rcpt(to)
        self._demand(code, RecipientRefusedError, RECIPIENT)
        try:
            code, _ = client.data(message)
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
        self._demand(code, ContentRefusedError, CONTENT)

    def _demand(self, code: int, refused: type[SmtpError], template: str) -> None:
        """Raise for an answer that is no yes: `refused` where it is final."""
        if code // 100 == 2:  # noqa: PLR2004 - RFC 5321, 4.2.1
            return
        if code == CLOSING:
            self._drop()
        if code >= PERMANENT:
            raise self._told(refused, template, code)
        raise self._told(PutOffError, PUT_OFF, code)

    def close(self) -> None:
        """Say goodbye, if there is anybody to hear it."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def _told(self, kind: type[SmtpError], template: str, code: int = 0) -> SmtpError:
        return kind(Message(template, {"place": self._server.place, "code": code}))

    def _unreachable(self, error: Exception) -> SmtpError:
        code = getattr(error, "smtp_code", 0)
        if code and code < PERMANENT:
            return self._told(PutOffError, PUT_OFF, code)
        if isinstance(error, ssl.SSLCertVerificationError):
            why = error.verify_message
        else:
            why = getattr(error, "strerror", None) or type(error).__name__
        values = {"place": self._server.place, "why": why}
        return ServerUnreachableError(Message(UNREACHABLE, values))


@contextmanager
def _bounded(client: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection from another thread: a peer that drips must not hold us for ever."""

    def end() -> None:
        if client.sock is not None:
            with suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)

    if client.sock is not None:
        client.sock.settimeout(seconds)
    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


UNREACHABLE: Final = mark("The mail server %(place)s cannot be reached (%(why)s).")
NO_TLS: Final = mark(
    "The mail server %(place)s offers no TLS, so nothing was told to it; write smtps://, or ?tls=no"
    " to go without."
)
SIGN_IN: Final = mark("The mail server %(place)s refuses user or password (%(code)s).")
NO_SIGN_IN: Final = mark(
    "The mail server %(place)s offers no sign-in; leave the user away, or ask for TLS by ?tls=yes."
)
SENDER: Final = mark("The mail server %(place)s takes no mail from mail_from (%(code)s).")
RECIPIENT: Final = mark("The mail server %(place)s takes no mail to this address (%(code)s).")
CONTENT: Final = mark("The mail server %(place)s takes no such mail (%(code)s).")
PUT_OFF: Final = mark("The mail server %(place)s says to try again later (%(code)s).")


class _Clear(smtplib.SMTP):
    """A client that has not connected yet; the certificate is checked against `host`."""

    def __init__(self, host: str, name: str, seconds: float) -> None:
        super().__init__(local_hostname=name, timeout=seconds)
        self._host = host


class _Tls(smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""

    def __init__(self, host: str, name: str, seconds: float) -> None:
        context = ssl.create_default_context()
        super().__init__(local_hostname=name, timeout=seconds, context=context)
        self._host = host


def _client(server: SmtpServer, name: str, seconds: float) -> smtplib.SMTP:
    """Return a client that calls itself by the sender's domain, not by this machine's name."""
    kind = _Tls if server.security == "tls" else _Clear
    return kind(server.host, name, seconds)


def _written(
    letter: Outgoing, sender: Address, client: smtplib.SMTP
) -> tuple[str, bytes, list[str]]:
    """Return recipient, bytes and options of a mail. Raises RecipientRefusedError.

    Headers are set by the library, which refuses a line break in any of them.
    """
    to = _address(letter.to)
    unicode = not to.addr_spec.isascii()
    if unicode and not client.has_extn("smtputf8"):
        raise RecipientRefusedError(Message(NO_UNICODE))
    message = EmailMessage(policy=SMTPUTF8 if unicode else SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(letter.subject.split())[:SUBJECT_LENGTH_MAX]
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.number}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body)
    message["Content-Language"] = letter.languages
    return to.addr_spec, message.as_bytes(), ["SMTPUTF8"] if unicode else []


def _address(written: str) -> Address:
    """Return an address whose domain is ASCII. Raises RecipientRefusedError on what is none."""
    local, _, domain = written.strip().rpartition("@")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        host = ""
    whole = LOCAL.fullmatch(local) and local.isprintable() and DOMAIN.fullmatch(host)
    if not whole or len(written) > ADDRESS_LENGTH_MAX:
        raise RecipientRefusedError(Message(NO_ADDRESS))
    return Address(username=local, domain=host)


NO_ADDRESS: Final = mark("What was given as an address is none.")
NO_UNICODE: Final = mark("The mail server takes no addresses that are not ASCII.")
