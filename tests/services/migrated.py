"""A store that all migrations were applied to and nothing else: made once, then copied.

A first start spends four fifths of its time on them. One that finds them applied goes on as after a
start that was ended there; those that begin with nothing are in `tests/server` and `tests/loss`.
"""

import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Final

from tests.services import postgres, shared
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
    migrated_file(data)
    return ""


def migrated_file(data: Path) -> None:
    """Put one of SQLite there, whatever database the run asks for."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy2(shared.once("migrated", lambda folder: _make(folder, "")) / FILE, data)


def _database() -> str:
    name = f"migrated-{Path(os.environ[shared.VARIABLE]).name}"
    shared.once(name, lambda folder: _make(folder, postgres.fresh_database(name)))
    return name


def _make(data: Path, database: str) -> None:
    subprocess.run(
        [sys.executable, "-c", MAKE, str(data), database],
        check=True,
        env=dict(environment()),
        capture_output=True,
    )
