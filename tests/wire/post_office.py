"""A real SMTP server of a test: it takes mail, or refuses it as it was told to."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.services.server import free_port

USER: Final = "robot"
PASSWORD: Final = "made-up for a test"
OK: Final = "250 OK"
PATIENCE_S: Final = 30


class Office:
    """What arrived, and how the next mails are answered: "" is a yes.

    `at_recipient` and `at_content` are answers; `drop_in_data` ends the connection instead of
    answering, after the mail has arrived; `hold` makes it wait until the test ends.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.signed_in: list[str] = []
        self.helos: list[str] = []
        self.at_sender = self.at_recipient = self.at_content = ""
        self.drop_in_data = False
        self.connections = 0
        self.hold = threading.Event()
        self.hold.set()
        self.arrived = threading.Event()

    @property
    def numbers(self) -> list[str]:
        """The Message-IDs, in the order of arrival."""
        return [str(mail["Message-ID"]) for mail in self.mails]

    @property
    def texts(self) -> list[str]:
        """The bodies, as people read them."""
        return [mail.get_content() for mail in self.mails]

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: Any, session: Any, _envelope: Any, name: str, answers: list[str]
    ) -> list[str]:
        """Note who calls."""
        session.host_name = name
        self.connections += 1
        self.helos.append(name)
        return answers

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a sender, or refuse it."""
        if self.at_sender:
            return self.at_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Take a mail, refuse it, or go away without a word."""
        if self.at_content:
            return self.at_content
        found = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.arrived.set()
        if self.drop_in_data:
            server.transport.abort()
        if not self.hold.is_set():
            await server.loop.run_in_executor(None, self.hold.wait, PATIENCE_S)
        return OK

    def sign_in(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword
    ) -> AuthResult:
        """Let in who knows the password."""
        allowed = told.login == USER.encode() and told.password == PASSWORD.encode()
        if allowed:
            self.signed_in.append(USER)
        return AuthResult(success=allowed, handled=allowed)


class Counter(Controller):
    """The counter of an office; with TLS from the first byte or by STARTTLS."""

    def __init__(self, office: Office, **settings: Any) -> None:
        super().__init__(office, hostname="127.0.0.1", port=free_port(), **settings)


@contextmanager
def open_office(office: Office, **settings: Any) -> Iterator[int]:
    """Open it for as long as the block lasts; gives its port."""
    counter = Counter(office, **settings)
    counter.start()
    try:
        yield int(counter.port)
    finally:
        office.hold.set()
        counter.stop()


def certificate(folder: Path, *names: str) -> Path:
    """Write a certificate of one's own making for these names, with its key, as one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office of a test")])
    now = datetime.now(UTC)
    alternatives = x509.SubjectAlternativeName(
        [x509.DNSName(n) for n in names if not n[0].isdigit()]
        + [x509.IPAddress(ip_address(n)) for n in names if n[0].isdigit()]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{'-'.join(names)}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def serving(file: Path) -> ssl.SSLContext:
    """Return what a server needs of a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
