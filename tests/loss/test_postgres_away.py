"""PostgreSQL killed and stopped under load: 503 meanwhile, then on without a restart of Troth."""

from collections.abc import Iterator

import pytest

from tests.loss.browsing import Browser
from tests.loss.conftest import Drive
from tests.loss.load import Load, demand_integrated, demand_whole
from tests.services.postgres import Cluster

# Not marked `postgres`: it brings a server of its own, so a second run would be the same again.
pytestmark = [pytest.mark.slow, pytest.mark.torture]
PASSWORD = "a long and quiet river"
PAGES = ("/", "/console/sign-in", "/console/", "/v1/policy")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    started = Cluster()
    started.start()
    yield started
    started.remove()


def test_while_postgres_is_away_all_is_told_503_and_then_it_goes_on(
    drive: Drive, cluster: Cluster
) -> None:
    driver = drive(database=cluster.url)
    reader = Browser(driver.port)
    reader.claim(driver.owner_link, PASSWORD)
    with Load(driver.port) as load:
        load.more(50)
        cluster.kill_backends()
        load.more(1, status=503)
        load.more(50)
        cluster.break_off()
        load.more(20, status=503)
        away = [reader.get(path) for path in PAGES]
        assert [page.status for page in away] == [503] * len(PAGES)
        assert all("Not just now" in page.text for page in away[:3])
        assert reader.get("/readyz").status == 503
        assert driver.healthy()
        cluster.start()
        load.more(50)
    assert (load.odd, load.unanswered) == ([], 0)
    demand_integrated(driver.call, load.told[-1])
    assert [reader.get(path).status for path in PAGES] == [200, 302, 200, 200]
    assert reader.get("/readyz").status == 200
    demand_whole(driver.call, load.told)
