"""Every package's jobs are found, and what goes on beside the pages starts and stops together."""

from datetime import timedelta

import pytest

from tests.jobs.cast import job, nothing
from troth.site.background import Background, known_jobs
from troth.store.jobs import table_of


class Part:
    """Notes what is asked of it."""

    def __init__(self, name: str, told: list[str], *, fails: bool = False) -> None:
        self.name, self.told, self.fails = name, told, fails

    def start(self) -> None:
        """Note it, or fail."""
        if self.fails:
            raise RuntimeError
        self.told.append(f"start {self.name}")

    def stop(self) -> None:
        """Note it."""
        self.told.append(f"stop {self.name}")


def test_what_came_round_before_there_were_jobs_is_a_job() -> None:
    periods = {name: found.period for name, found in known_jobs().items()}
    assert periods["evidence.examine"] == timedelta(seconds=15)
    assert periods["access.end-expired-sessions"] == timedelta(hours=1)
    assert periods["store.sweep"] == timedelta(hours=1)


def test_a_job_is_named_after_its_package() -> None:
    for name, found in known_jobs().items():
        package = found.function.__module__.split(".")[1]
        assert name.startswith(f"{package}."), name


def test_two_jobs_of_one_name_and_a_name_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="two jobs"):
        table_of([job("test.same", nothing), job("test.same", nothing)])
    with pytest.raises(ValueError, match=r"package\.what-it-does"):
        table_of([job("Test", nothing)])


def test_parts_stop_the_other_way_round() -> None:
    told: list[str] = []
    beside = Background([Part("one", told), Part("two", told)])
    beside.start()
    beside.stop()
    beside.stop()
    assert told == ["start one", "start two", "stop two", "stop one"]


def test_only_what_was_started_is_stopped() -> None:
    told: list[str] = []
    beside = Background([Part("one", told), Part("two", told, fails=True)])
    with pytest.raises(RuntimeError):
        beside.start()
    beside.stop()
    assert told == ["start one", "stop one"]
