"""A server that runs sends what is posted, over TLS and signed in, and logs nothing of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.services import forks
from tests.services.server import FreshDatabase, Server, environment
from tests.wire.post_office import (
    PASSWORD,
    PATIENCE_S,
    USER,
    Office,
    certificate,
    open_office,
    serving,
)

pytestmark = pytest.mark.slow
ADDRESS = "canary-77@example.invalid"


def test_a_running_server_sends_mail(tmp_path: Path, migrated_database: FreshDatabase) -> None:
    office, file = Office(), certificate(tmp_path, "127.0.0.1")
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    kept: dict[str, Any] = {"tls_context": serving(file), "require_starttls": True}
    kept |= {"authenticator": office.sign_in, "auth_required": True}
    with open_office(office, **kept) as port:
        variables = {
            "TROTH_SMTP_URL": f"smtp://{USER}@127.0.0.1:{port}?tls=yes",
            "TROTH_SMTP_PASSWORD_FILE": str(secret),
            "TROTH_MAIL_FROM": "Example Company <privacy@example.com>",
            "SSL_CERT_FILE": str(file),
        }
        database = migrated_database("mail-served")
        server = Server(tmp_path / "data", database=database, variables=variables).wait()
        try:
            words = ("tests.notices.driver", "post", server.data, database)
            forks.run(*words, "access.invited", ADDRESS, env=environment()).check_returncode()
            assert office.arrived.wait(PATIENCE_S), server.output
        finally:
            server.stop()
    assert [to for _, to in office.envelopes] == [[ADDRESS]]
    assert office.signed_in == [USER]
    assert "English below" in office.texts[0]
    for word in (ADDRESS, PASSWORD, "/console/join/"):
        assert word not in server.output
