"""What the tests of jobs are given."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.jobs.apart import Apart
from tests.services.server import FreshDatabase


@pytest.fixture
def apart(
    tmp_path: Path,
    fresh_database: FreshDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Apart]:
    """Make a database that other threads and processes open too."""
    with django_db_blocker.unblock():
        made = Apart(tmp_path, fresh_database(f"apart-{uuid.uuid4().hex}"))
        yield made
        made.end()
