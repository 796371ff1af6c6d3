"""A full disk: a clear 503, nothing lost of what was answered, and on as soon as there is room."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from tests.loss.browsing import Browser
from tests.loss.conftest import Drive
from tests.loss.load import Load, demand_integrated, demand_whole
from tests.services.postgres import Cluster

SIZE: Final = "12m"
MOUNT: Final = (
    f'mount -t tmpfs -o size={SIZE},mode=700 troth "$0" || {{ echo "A small file system cannot be'
    ' mounted here: run this test as root, or allow user namespaces (unshare)." ; exit 1; }'
    '; "$@"; "$@"'
)
"""A disk of its own for what is run on it, twice: after a kill it comes up again. `$0` is where."""
pytestmark = [pytest.mark.slow, pytest.mark.torture]


def small_disk(where: Path) -> list[str]:
    """Return what runs a command with a small disk that nobody else sees and that ends with it."""
    where.mkdir()
    mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *mine, "--mount", "sh", "-c", MOUNT, str(where)]


def fill(file: Path) -> None:
    """Leave not a byte of room."""
    with file.open("wb", buffering=0) as ballast:
        for size in (65_536, 4_096, 1):
            with suppress(OSError):
                while True:
                    ballast.write(b"\1" * size)


def test_a_full_disk_is_told_and_the_same_process_goes_on_when_there_is_room(
    tmp_path: Path, drive: Drive
) -> None:
    disk = tmp_path / "disk"
    driver = drive(data=disk / "data", inside=small_disk(disk))
    ballast = Path(f"/proc/{driver.process.pid}/root") / disk.relative_to("/") / "ballast"
    first = driver.call("pid")[1]["pid"]
    reader = Browser(driver.port)
    with Load(driver.port) as load:
        load.more(50)
        fill(ballast)
        load.more(20, status=503)
        assert [reader.get(path).status for path in ("/", "/console/sign-in")] == [200, 200]
        assert reader.json("/v1/decisions", b'{"verb":"use"}').status == 422
        assert driver.healthy()
        ballast.unlink()
        load.more(50)
    assert (load.odd, load.unanswered) == ([], 0)
    demand_integrated(driver.call, load.told[-1])
    demand_whole(driver.call, load.told)
    assert driver.call("pid")[1]["pid"] == first
    driver.kill_within(first)
    demand_whole(driver.call, load.told)


def test_a_full_disk_of_postgres_is_told_the_same_way(drive: Drive) -> None:
    cluster = Cluster(small_disk="32m")
    try:
        driver = drive(database=cluster.start())
        ballast = cluster.small_disk / "ballast"
        reader = Browser(driver.port)
        with Load(driver.port) as load:
            load.more(50)
            fill(ballast)
            load.more(10, status=503)
            assert [reader.get(path).status for path in ("/", "/console/sign-in")] == [200, 200]
            assert driver.healthy()
            ballast.unlink()
            load.more(50)
        assert (load.odd, load.unanswered) == ([], 0)
        demand_integrated(driver.call, load.told[-1])
        demand_whole(driver.call, load.told)
    finally:
        cluster.remove()
