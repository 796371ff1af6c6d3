"""What the tests of protection may ask for."""

from pathlib import Path

import pytest

from tests.protection.cast import Key


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Return a fresh identity."""
    return Key(tmp_path / "identity.txt")
