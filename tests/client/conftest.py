"""One served Troth for all tests of the client, with an operator beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from troth_client import Troth

from tests.client.served import Operator, Served, policy_folder, somebody
from tests.services.migrated import migrated
from tests.services.server import Server


@pytest.fixture(scope="session")
def keyed_troth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on a policy with a site, and who makes keys for it."""
    folder = tmp_path_factory.mktemp("keyed")
    data = folder / "data"
    policy = policy_folder(folder / "policy")
    server = Server(data, policy=policy, database=migrated(data, "keyed")).wait()
    with Operator(server) as operator:
        served = Served(server, operator)
        yield served
        served.troth.close()
    assert server.stop() == 0


@pytest.fixture
def fresh_keyed_troth(tmp_path: Path) -> Iterator[Served]:
    """Run one of a test's own."""
    data = tmp_path / "data"
    policy = policy_folder(tmp_path / "policy")
    server = Server(data, policy=policy, database=migrated(data, "fresh-keyed")).wait()
    with Operator(server) as operator:
        served = Served(server, operator)
        yield served
        served.troth.close()
    if served.server.process.poll() is None:  # a test may have started another on its data
        served.server.process.kill()
        served.server.process.wait()


@pytest.fixture
def troth(keyed_troth: Served) -> Troth:
    """Return a client of the served one, with a key that may do everything."""
    return keyed_troth.troth


@pytest.fixture
def user() -> str:
    """Return an id of somebody nobody knows yet."""
    return somebody()
