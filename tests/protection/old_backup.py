"""Back up a store as it stands, without bringing it up to date: `… DATA URL PARENT PUBLIC_KEY`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from troth.protection.backup import Sealed
from troth.protection.identities import recipient
from troth.site.boot import set_up
from troth.site.config import Config, bundled_policy


def main(data: str, database: str, parent: str, public: str) -> None:
    """Do so."""
    set_up(Config(data=Path(data), policy=bundled_policy(), database=database))
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.protection.backup import back_up  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same

    vault.open_store(make=True)  # the first step had no keys yet
    back_up(Store(), Path(parent), Sealed((recipient(public),)), datetime.now(UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
