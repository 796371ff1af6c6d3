"""Change a running server's store from outside: `python -m tests.pages.fault DATA DATABASE NAME`.

It runs in a process of its own, as the tests' process has a database of its own.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.services import forks
from tests.services.server import Server, environment
from troth.site import config as configuration
from troth.site.boot import open_data

ROOT: Final = Path(__file__).resolve().parents[2]
ATTESTED: Final = "attested"


def put(server: Server, name: str) -> None:
    """Put a fault into the store of a running server; raise if that fails."""
    words = ("tests.pages.fault", server.data, server.database, name)
    forks.run(*words, cwd=ROOT, env=environment(), timeout=60).check_returncode()


def main(data: str, database: str, name: str) -> None:
    """Commit a sabotage of versions; `attested`: let a document stand for the topics."""
    flags: Mapping[str, Any] = {"data": Path(data), "database": database or None}
    open_data(configuration.load(flags))
    from troth.evidence.models import Examination  # noqa: PLC0415 - needs Django set up
    from troth.store import Store, Tx, transact  # noqa: PLC0415 - the same
    from troth.versions import sabotages  # noqa: PLC0415 - the same

    def commit(tx: Tx) -> None:
        if name == ATTESTED:  # no control of this step attests, so what is stored says it
            topics = Examination.objects.filter(control="site.topics")
            topics.update(verdict=ATTESTED, at=tx.now)
        else:
            getattr(sabotages, name)(Store(tx.alias))

    transact(commit)


if __name__ == "__main__":
    main(*sys.argv[1:])
