"""Make the keys that pages of the documentation call with: `python -m tests.docs.keyed DATA DB`.

It runs in a process of its own, beside the server whose store it writes to.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.services.server import Server, environment
from troth.site import config as configuration
from troth.site.boot import open_data

ROOT: Final = Path(__file__).resolve().parents[2]
VARIABLES: Final = ("TROTH_KEY", "TROTH_TEST_KEY")


def keys_of(server: Server) -> dict[str, str]:
    """Make a secret key of `main` and one in test mode, which may do all; return them by name."""
    command = [sys.executable, "-m", "tests.docs.keyed", str(server.data), server.database]
    made = subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        env=environment(),
        timeout=120,
        capture_output=True,
        text=True,
    )
    return dict(zip(VARIABLES, made.stdout.split()[-2:], strict=True))


def main(data: str, database: str) -> None:
    """Make both by the verb, and print them."""
    flags: Mapping[str, Any] = {"data": Path(data), "database": database or None}
    open_data(configuration.load(flags))
    from troth.sites.actions import Wanted, make  # noqa: PLC0415 - needs Django set up
    from troth.sites.words import SCOPES_OF  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    scopes = frozenset(SCOPES_OF["secret"])
    for test in (False, True):
        wanted = Wanted(site="main", kind="secret", label="Back end", scopes=scopes, test=test)
        sys.stdout.write(f"{transact(make, wanted).text}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
