"""What the tests of protection may ask for."""

import uuid
from pathlib import Path

import pytest

from tests.protection.cast import Books, Key
from tests.services.server import database_url


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Return a fresh identity."""
    return Key(tmp_path / "identity.txt")


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a filled store with its backup, for tests that change neither."""
    home = tmp_path_factory.mktemp("books")
    return Books(home, database_url(f"books-{uuid.uuid4().hex}"))


@pytest.fixture
def own_books(tmp_path: Path) -> Books:
    """Return a filled store with its backup, for a test that changes it."""
    home = tmp_path / "own"
    home.mkdir()
    return Books(home, database_url(f"own-{uuid.uuid4().hex}"))
