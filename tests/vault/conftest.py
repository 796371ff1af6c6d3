"""A key store of its own for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from troth import vault


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Return a fresh key folder, which the vault of this test uses."""
    folder = tmp_path / "keys"
    settings.TROTH_KEYS = folder
    settings.TROTH_OPERATOR_KEY_FILE = folder / "operator.key"
    settings.TROTH_OPERATOR_KEY_COMMAND = ()
    vault.close_store()
    yield folder
    vault.close_store()
