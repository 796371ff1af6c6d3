"""A ledger named on the command line: an address, an auditor's copy, or data."""

from pathlib import Path

from troth.ledger.verify import LogSource
from troth.site.boot import open_data
from troth.site.config import Config


def data_source(config: Config) -> LogSource:
    """Return the ledger of the data a configuration names. Raises CannotGoOnError."""
    open_data(config)
    from troth.ledger.verify.data import DataSource  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    alias = Store().alias
    return DataSource(alias, lambda: facts.all_files(alias))


def copy_source(folder: Path) -> LogSource | None:
    """Return an auditor's copy; None where the folder is none."""
    from troth.ledger.verify.folder import FolderSource, is_copy  # noqa: PLC0415 - not always needed

    return FolderSource(folder) if is_copy(folder) else None


def public_source(address: str) -> LogSource:
    """Return the public half of a ledger that a server shows."""
    from troth.ledger.verify.public import PublicSource  # noqa: PLC0415 - not always needed

    return PublicSource(address)
