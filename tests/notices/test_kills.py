"""Killed at each step of sending: a mail goes out once or twice, and is never lost."""

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.notices.driver import MAILS, STEPS
from tests.services import forks
from tests.services.server import FreshDatabase, environment
from tests.wire.post_office import Office, open_office

pytestmark = pytest.mark.slow
ROUND_MINUTES = 20
LATER_MINUTES = 10
"""Longer than the lease of a drain."""


def run(*arguments: Any) -> "subprocess.CompletedProcess[str]":
    words = map(str, arguments)
    return forks.run("tests.notices.driver", *words, env=environment(), timeout=120)


def test_a_mail_is_sent_at_most_twice_and_never_lost(
    tmp_path: Path, migrated_database: FreshDatabase
) -> None:
    where = (tmp_path / "data", migrated_database("mail-kills"))
    office = Office()
    begun = run("begin", *where)
    assert begun.returncode == 0, begun.stderr
    with open_office(office) as port:
        for die_at in range(1, STEPS + 1):
            before, minute = len(office.mails), die_at * ROUND_MINUTES
            killed = run("put", *where, port, minute, die_at)
            assert killed.returncode == -signal.SIGKILL, killed.stderr
            done = run("send", *where, port, minute + LATER_MINUTES, 0)
            assert done.returncode == 0, done.stderr
            times = Counter(office.numbers[before:])
            assert len(times) == MAILS, "each mail arrived"
            assert sum(times.values()) <= MAILS + 1, "a kill doubles one mail at most"
            states = json.loads(done.stdout)
            assert set(states.values()) == {"sent"}, states
    assert len(office.mails) > STEPS * MAILS, "some kill fell between handing over and marking"
