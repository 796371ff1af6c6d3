"""A store that all migrations were applied to and nothing else: made once, then copied.

A first start spends four fifths of its time on them. One that finds them applied goes on as after a
start that was ended there; those that begin with nothing are in `tests/server` and `tests/loss`.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Final

from tests.services import postgres
from tests.services.server import environment

MAKE: Final = """
import os, sys
from pathlib import Path
from troth.site import datafolder, schema
from troth.site.boot import PRIVATE, set_up
from troth.site.config import Config, bundled_policy
os.umask(PRIVATE)
config = Config(data=Path(sys.argv[1]), policy=bundled_policy(), database=sys.argv[2])
set_up(config)
datafolder.check(config.data)
schema.bring_up_to_date(config)
"""
FILE: Final = "troth.db"


def migrated(data: Path, name: str) -> str:
    """Put such a store where a server finds it; return its address, "" for SQLite.

    `data` is the server's data folder, which is made; a database gets a name that begins so.
    """
    if os.environ.get("TROTH_TEST_DATABASE") == "postgres":
        return postgres.fresh_database(f"{name}-{uuid.uuid4().hex}", copied=_database())
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy2(_folder() / FILE, data)
    return ""


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="troth-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(folder, "")
    return folder


@cache
def _database() -> str:
    name = f"migrated-{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory(prefix="troth-migrated-") as folder:
        _make(Path(folder), postgres.fresh_database(name))
    return name


def _make(data: Path, database: str) -> None:
    subprocess.run(
        [sys.executable, "-c", MAKE, str(data), database],
        check=True,
        env=dict(environment()),
        capture_output=True,
    )
