"""The search for canaries finds them in every dress, so that not finding one means something."""

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from tests.loss import canaries

CANARY = "Canary 9f3a@example.invalid"


@pytest.mark.parametrize(
    "stored",
    [
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        CANARY.lower().encode(),
        b"Canary%209f3a%40example.invalid",
        CANARY.encode().hex().encode(),
        CANARY.encode("utf-16-be").hex().upper().encode(),
        *(b64encode(b"x" * lead + CANARY.encode() + b"yz") for lead in range(6)),
        *(urlsafe_b64encode(b"\xff" * lead + CANARY.encode("utf-16-le")) for lead in range(6)),
    ],
)
def test_a_canary_is_found_in_every_dress(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\0" * 99 + stored + b"\0")
    wanted = {"it": list(canaries.dresses(CANARY))}
    assert canaries.found_in(canaries.files(tmp_path), wanted)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"Canary and 9f3a and example.invalid")
    wanted = {"it": list(canaries.dresses(CANARY)), "key": list(canaries.key_dresses("QUJD" * 8))}
    assert canaries.found_in(canaries.files(tmp_path), wanted) == []
