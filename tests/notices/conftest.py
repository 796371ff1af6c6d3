"""What the tests of mail share: a policy that allows it, a mail, and a post office."""

from collections.abc import Iterator

import pytest

from tests.notices.cast import INVITED
from tests.versions.cast import FIRST, default_policy, propose_at
from tests.wire.post_office import Office, open_office
from troth.people import mail
from troth.wire.smtp_server import SmtpServer


@pytest.fixture
def policy() -> None:
    propose_at(FIRST, default_policy())


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have one mail known beside those of the product."""
    declared = tuple(mail._declared())  # noqa: SLF001 - there is no other place to add one
    monkeypatch.setattr(mail, "_declared", lambda: iter((*declared, INVITED)))
    mail.known_mails.cache_clear()
    yield
    monkeypatch.undo()
    mail.known_mails.cache_clear()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def server(office: Office) -> Iterator[SmtpServer]:
    """Return a post office that is open."""
    with open_office(office) as port:
        yield SmtpServer("127.0.0.1", port, "none")
