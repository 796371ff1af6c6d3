"""Mail is handed over to a real SMTP server: safely, or not at all, and it is told why."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from tests.wire.post_office import PASSWORD, USER, Office, certificate, open_office, serving
from troth.store.outbox import DELIVERY_SECONDS
from troth.wire.smtp import (
    CONNECT_SECONDS,
    SEND_SECONDS,
    ContentRefusedError,
    Outgoing,
    PutOffError,
    RecipientRefusedError,
    SenderRefusedError,
    ServerUnreachableError,
    Session,
    SignInRefusedError,
    SmtpError,
    TlsNotOfferedError,
)
from troth.wire.smtp_server import parse_sender, parse_server

TO: Final = "canary-77@example.invalid"
SENDER: Final = parse_sender("Example Company 示例公司 <privacy@example.com>")
LETTER: Final = Outgoing(
    to=TO,
    subject="邀请 · Invitation",
    body="您好：\n\n. A line that begins with a dot.\n.\nfine\n",
    number="0f" * 16,
    at=datetime(2026, 5, 4, 12, tzinfo=UTC),
    languages="zh-Hans, en",
)


@pytest.fixture
def office() -> Office:
    return Office()


@contextmanager
def session(
    office: Office, scheme: str = "smtp", query: str = "", who: str = "", **settings: Any
) -> Iterator[Session]:
    with open_office(office, **settings) as port:
        server = parse_server(f"{scheme}://{who}127.0.0.1:{port}{query}")
        with Session(server, SENDER) as opened:
            yield opened


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a certificate of 127.0.0.1 that this process trusts."""
    file = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def test_a_mail_arrives_as_it_was_written_in_both_languages(office: Office) -> None:
    with session(office) as opened:
        opened.send(LETTER)
    (mail,) = office.mails
    assert str(mail["Subject"]) == LETTER.subject
    assert office.texts[0].splitlines() == LETTER.body.splitlines()
    assert str(mail["From"]) == "Example Company 示例公司 <privacy@example.com>"
    assert (str(mail["To"]), office.envelopes) == (TO, [("privacy@example.com", [TO])])
    assert office.numbers == [f"<{LETTER.number}@example.com>"]
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["Content-Language"]) == "zh-Hans, en"
    assert mail["Date"].datetime == LETTER.at
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())


def test_one_connection_carries_many_and_calls_itself_by_the_senders_domain(
    office: Office,
) -> None:
    with session(office) as opened:
        for number in range(5):
            opened.send(replace(LETTER, number=f"{number:032x}"))
    assert (len(office.mails), office.connections) == (5, 1)
    assert office.helos == ["example.com"]


def test_starttls_comes_before_user_and_password(office: Office, trusted: Path) -> None:
    settings: dict[str, Any] = {
        "tls_context": serving(trusted),
        "require_starttls": True,
        "authenticator": office.sign_in,
        "auth_required": True,
    }
    who = f"{USER}:{PASSWORD.replace(' ', '%20')}@"
    with session(office, query="?tls=yes", who=who, **settings) as opened:
        opened.send(LETTER)
    assert (len(office.mails), office.signed_in) == (1, [USER])


def test_tls_from_the_first_byte(office: Office, trusted: Path) -> None:
    with session(office, scheme="smtps", ssl_context=serving(trusted)) as opened:
        opened.send(LETTER)
    assert len(office.mails) == 1


def test_a_certificate_nobody_vouches_for_ends_it(office: Office, tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with (
        pytest.raises(ServerUnreachableError, match="self-signed"),
        session(office, query="?tls=yes", tls_context=serving(file)),
    ):
        pass
    assert office.mails == []


def test_a_certificate_of_another_name_ends_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "mail.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    for scheme, query, how in (("smtp", "?tls=yes", "tls_context"), ("smtps", "", "ssl_context")):
        context: dict[str, Any] = {how: serving(file)}
        with (
            pytest.raises(ServerUnreachableError, match="not valid for '127"),
            session(office, scheme, query, **context),
        ):
            pass


def test_without_tls_nothing_is_told_where_it_was_demanded(office: Office) -> None:
    settings: dict[str, Any] = {"authenticator": office.sign_in, "auth_require_tls": False}
    with (
        pytest.raises(TlsNotOfferedError),
        session(office, query="?tls=yes", who=f"{USER}:x@", **settings),
    ):
        pass
    assert (office.signed_in, office.mails) == ([], [])


def test_a_wrong_password_is_told_without_it(office: Office) -> None:
    settings: dict[str, Any] = {"authenticator": office.sign_in, "auth_require_tls": False}
    with (
        pytest.raises(SignInRefusedError) as refused,
        session(office, who=f"{USER}:canary-word@", **settings),
    ):
        pass
    assert "canary-word" not in f"{refused.value} {refused.value!r}"


def test_a_server_without_a_sign_in_is_told(office: Office) -> None:
    with pytest.raises(SignInRefusedError, match="offers no sign-in"), session(office, who="u:x@"):
        pass


@pytest.mark.parametrize(
    ("where", "answer", "error"),
    [
        ("at_sender", "550 not you", SenderRefusedError),
        ("at_sender", "451 later", PutOffError),
        ("at_recipient", f"550 no mailbox {TO}", RecipientRefusedError),
        ("at_recipient", "450 greylisted", PutOffError),
        ("at_recipient", "421 closing", PutOffError),
        ("at_content", "554 spam", ContentRefusedError),
        ("at_content", "452 disk full", PutOffError),
    ],
)
def test_a_refusal_says_whether_another_try_may_help_and_holds_no_address(
    office: Office, where: str, answer: str, error: type[SmtpError]
) -> None:
    with session(office) as opened:
        setattr(office, where, answer)
        with pytest.raises(error) as refused:
            opened.send(LETTER)
        assert "canary" not in str(refused.value)
        assert refused.value.__cause__ is None
        setattr(office, where, "")
        opened.send(LETTER)  # the next goes out over the same session
    assert len(office.mails) == 1


def test_who_goes_away_in_the_middle_may_have_it_or_not(office: Office) -> None:
    with session(office) as opened:
        office.drop_in_data = True
        with pytest.raises(ServerUnreachableError):
            opened.send(LETTER)
        office.drop_in_data = False
        opened.send(LETTER)
    assert office.numbers == [f"<{LETTER.number}@example.com>"] * 2


def test_nobody_there_is_told(office: Office) -> None:
    with open_office(office) as port:
        server = parse_server(f"smtp://127.0.0.1:{port}")
    with pytest.raises(ServerUnreachableError, match=f"127.0.0.1:{port}"):
        Session(server, SENDER).connect()


def test_a_server_that_says_nothing_is_given_up(office: Office) -> None:
    office.hold.clear()
    with open_office(office) as port:
        server = parse_server(f"smtp://127.0.0.1:{port}")
        with (
            Session(server, SENDER, send_seconds=0.2) as opened,
            pytest.raises(ServerUnreachableError),
        ):
            opened.send(LETTER)


def test_a_server_that_drips_is_cut_off() -> None:
    """Each byte comes in time, and there is no end of them."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.settimeout(20)
                try:
                    while not gone.wait(0.02):
                        peer.sendall(b"220-x\r\n")
                except OSError:
                    gone.set()

        thread = threading.Thread(target=drip)
        thread.start()
        server = parse_server(f"smtp://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ServerUnreachableError):
            Session(server, SENDER, connect_seconds=0.3).connect()
        gone.set()
        thread.join()


def test_connecting_and_one_mail_take_no_longer_than_the_outbox_gives_them() -> None:
    assert CONNECT_SECONDS + SEND_SECONDS <= DELIVERY_SECONDS


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "@example.invalid",
        "a@",
        "a\r\nBcc: b@example.invalid",
        "a@example.invalid\r\nBcc: b@example.invalid",
        "a@example.invalid, b@example.invalid",
        "a@<b@example.invalid>",
        '"a, b"@example.invalid',
        f"{'a' * 300}@example.invalid",
    ],
)
def test_what_is_no_address_goes_nowhere(office: Office, to: str) -> None:
    with session(office) as opened, pytest.raises(RecipientRefusedError):
        opened.send(replace(LETTER, to=to))
    assert office.mails == []


def test_a_subject_cannot_become_a_header(office: Office) -> None:
    with session(office) as opened:
        opened.send(replace(LETTER, subject="Hello\r\nBcc: b@example.invalid\n\nbody"))
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert str(mail["Subject"]) == "Hello Bcc: b@example.invalid body"


def test_an_address_beyond_ascii_is_written_to_where_the_server_takes_it(office: Office) -> None:
    far = replace(LETTER, to="邮箱@例子.测试")
    with session(office) as opened:
        opened.send(far)
    with session(office, enable_SMTPUTF8=False) as opened, pytest.raises(RecipientRefusedError):
        opened.send(far)
    assert office.envelopes[0][1][0].endswith("@" + "xn--fsqu00a.xn--0zwm56d")


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtp://mail.example.com", "starttls", 587),
        ("smtp://u:p@mail.example.com:2525", "starttls", 2525),
        ("smtps://mail.example.com", "tls", 465),
        ("smtp://localhost", "none", 587),
        ("smtp://[::1]:25", "none", 25),
        ("smtp://localhost?tls=yes", "starttls", 587),
        ("smtp://mail.example.com?tls=no", "none", 587),
    ],
)
def test_a_server_is_spoken_to_in_tls_unless_it_is_this_machine(
    url: str, security: str, port: int
) -> None:
    server = parse_server(url)
    assert (server.security, server.port) == (security, port)


@pytest.mark.parametrize(
    "url",
    """mail.example.com http://mail.example.com smtp:// smtp://host/path smtp://host?tls=maybe
    smtp://host?x=1 smtps://host?tls=no smtp://:secret@host smtp://u:secret@host?tls=no
    smtp://host:99999 smtp://üser:secret@host""".split(),
)
def test_a_server_written_wrong_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        parse_server(url)
    assert "secret" not in str(refused.value)


def test_the_password_of_the_setting_goes_before_the_one_in_the_address() -> None:
    server = parse_server("smtp://u%40example.com:a@mail.example.com", "b")
    assert (server.user, server.password) == ("u@example.com", "b")
    assert not re.search(r"password|'b'|u@", repr(server))


@pytest.mark.parametrize(
    "written",
    ["", "nobody", "a@localhost", "a@example.com, b@example.com", "A <a@example.com>\nBcc: x@y.z"],
)
def test_a_sender_written_wrong_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="a sender"):
        parse_sender(written)
