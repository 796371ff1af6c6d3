"""Where the disk is full nothing half made is left, and one sentence says so."""

import errno
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from tests.protection.cast import Key
from troth.protection.backup import back_up
from troth.protection.envelope import Hashed
from troth.protection.errors import BackupError
from troth.store import Store

pytestmark = pytest.mark.usefixtures("committed", "keys")


def test_a_full_disk_is_told_and_nothing_half_made_is_left(
    tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(BytesIO):
        def write(self, _content: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    begin = Hashed.__init__
    monkeypatch.setattr(Hashed, "__init__", lambda hashed, _file: begin(hashed, Full()))
    with pytest.raises(BackupError, match="is full, so no backup was made"):
        back_up(Store(), tmp_path / "to", key.sealed, datetime.now(UTC))
    assert list((tmp_path / "to").iterdir()) == []
