"""What the tests of protection may ask for."""

from pathlib import Path

import pytest

from tests.protection.cast import Books, Key
from tests.services.migrated import migrated


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Return a fresh identity."""
    return Key(tmp_path / "identity.txt")


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a filled store with its backup, for tests that change neither."""
    home = tmp_path_factory.mktemp("books")
    return Books(home, migrated(home / "data", "books"))


@pytest.fixture
def own_books(tmp_path: Path) -> Books:
    """Return a filled store with its backup, for a test that changes it."""
    home = tmp_path / "own"
    home.mkdir()
    return Books(home, migrated(home / "data", "own"))
