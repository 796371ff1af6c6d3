"""What every test may ask for: a running server, a browser, a number of cases."""

import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.services import chromium, guards
from tests.services.migrated import migrated
from tests.services.server import FreshDatabase, Server, database_url
from troth import vault

CASES = int(os.environ.get("TROTH_CASES", "100"))
STORED_FIXTURES = frozenset(
    {
        "db",
        "transactional_db",
        "committed",
        "live_troth",
        "fresh_troth",
        "keyed_troth",
        "fresh_keyed_troth",
        "fresh_database",
        "migrated_database",
    }
)

settings.register_profile(
    "troth",
    max_examples=CASES,
    deadline=None,  # machines are shared; a slow example is no failure
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
settings.load_profile("troth")


def cases(shared: int) -> settings:
    """Return the settings of a test that shares the run's number of cases with others of a group.

    It is for what takes long: so many tests of one property, or a case that is as much work.
    """
    return settings(max_examples=max(1, CASES // shared))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--stored`: only the tests that store something."""
    parser.addoption("--stored", action="store_true", help="only tests that store something")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count generated cases among the long rounds; keep the tests that store when asked to."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.torture)
    if os.environ.get("TROTH_TEST_DATABASE") != "postgres":
        beside = [item for item in items if item.get_closest_marker("beside") is not None]
        config.hook.pytest_deselected(items=beside)
        items[:] = [item for item in items if item not in beside]
    if not config.getoption("--stored"):
        return
    kept = [item for item in items if stores(item)]
    config.hook.pytest_deselected(items=[item for item in items if not stores(item)])
    items[:] = kept


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what was collected: it stays until the run ends."""
    gc.collect()
    gc.freeze()


def stores(item: pytest.Item) -> bool:
    """Tell whether a test touches a database, by its marker or a fixture it asks for.

    One that is marked `either` is about something else, and one that is marked `postgres` asks for
    that whatever the run's database is: they run once.
    """
    if any(item.get_closest_marker(once) is not None for once in ("either", "postgres")):
        return False
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") is not None
    return marked or not STORED_FIXTURES.isdisjoint(fixtures)


@pytest.fixture
def fresh_database() -> FreshDatabase:
    """Return what makes an empty database of the run's kind: a URL, or "" for SQLite."""
    return database_url


@pytest.fixture
def migrated_database(tmp_path: Path) -> FreshDatabase:
    """Return what makes one for the test's data folder on which every migration was applied."""
    return partial(migrated, tmp_path / "data")


@pytest.fixture(scope="session")
def live_troth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server on the bundled policy for all tests that only look at it."""
    data = tmp_path_factory.mktemp("live") / "data"
    server = Server(data, database=migrated(data, "live"))
    yield server.wait()
    server.stop()


@pytest.fixture
def fresh_troth(tmp_path: Path) -> Iterator[Server]:
    """Run a server of its own for a test that changes what is stored."""
    server = Server(tmp_path / "data", database=migrated(tmp_path / "data", "fresh"))
    yield server.wait()
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one headless Chromium a worker."""
    with sync_playwright() as playwright:
        found = chromium.launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session", autouse=True)
def _key_store() -> None:
    """Make the key store of tests that ask for none of their own, as a first start does."""
    vault.open_store(make=True)
    vault.close_store()


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Return a fresh key folder, which the vault of this test uses."""
    folder = tmp_path / "keys"
    settings.TROTH_KEYS = folder
    settings.TROTH_OPERATOR_KEY_FILE = folder / "operator.key"
    settings.TROTH_OPERATOR_KEY_COMMAND = ()
    vault.close_store()
    vault.open_store(make=True)
    yield folder
    vault.close_store()


@pytest.fixture
def guards_back(
    django_db_setup: None,  # noqa: ARG001 (asked for, so that there is a database)
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Put the guards on the tables again, after all else of a test that commits has ended."""
    yield
    with django_db_blocker.unblock():
        guards.protect_all(connection)


@pytest.fixture
def committed(guards_back: None, transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    """Let a test commit, from any thread; its tables are emptied afterwards."""
    yield
    guards.release_all(connection)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Keep the test's transaction open when a request ends, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
