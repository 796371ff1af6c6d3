"""Servers of these tests end with their test, whatever it found."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.migrated import migrated_file
from tests.services.server import Server

Start = Callable[..., Server]


@pytest.fixture(scope="module")
def used_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that a server has made."""
    migrated_file(data := tmp_path_factory.mktemp("used") / "data")
    server = Server(data).wait()
    server.stop()
    return server.data


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a server on the test's data folder, or on `data`; options as `Server` takes them."""
    started: list[Server] = []

    def begin(data: Path = tmp_path / "data", **options: object) -> Server:
        started.append(Server(data, **options))  # type: ignore[arg-type]  # passed on as they are
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
