"""A server's public half: what is missing is a finding, what is out of order is none."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.ledger.note import Checkpoint, sign, vkey_of
from troth.ledger.verify import UnreadableLogError, verify
from troth.ledger.verify.public import PublicSource
from troth.ledger.verify.sources import LogEpoch
from troth.wire import http

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "log.example/1"
NOTE = sign(Checkpoint(ORIGIN, 10, bytes(32)), KEY)
EPOCHS = [LogEpoch(1, ORIGIN, vkey_of(ORIGIN, KEY), 10, NOTE, bytes(32).hex())]


def source(status: int, monkeypatch: pytest.MonkeyPatch) -> PublicSource:
    """Return a server that has the list of epochs, and answers all else with a status."""

    def get(url: str, **_: object) -> http.Answer:
        if url.endswith("/ledger/epochs.json"):
            return http.Answer(200, msgspec.json.encode(EPOCHS))
        return http.Answer(status, b"")

    monkeypatch.setattr(http, "get", get)
    return PublicSource("http://log.example.com")


def test_entries_that_are_not_there_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    report = verify(source(404, monkeypatch))
    assert [one.code for one in report.findings] == ["truncated"]


@pytest.mark.parametrize("status", [302, 429, 500, 503])
def test_a_server_that_is_out_of_order_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with pytest.raises(UnreadableLogError, match=str(status)):
        verify(source(status, monkeypatch))
