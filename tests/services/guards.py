"""The guards of rows that are written once: off while a test empties its tables, then on again."""

from importlib import import_module
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from troth.ledger import tables as ledger
from troth.notices import models as notices
from troth.store import immutable
from troth.versions import models as versions

ACCESS: Final[tuple[str, ...]] = import_module("troth.access.migrations.0005_written_once").TABLES
TABLES: Final = (*versions.TABLES, *ACCESS, *notices.TABLES)


def release_all(connection: BaseDatabaseWrapper) -> None:
    """Take every guard off."""
    immutable.release(connection, (*TABLES, *ledger.SET_ONCE))


def protect_all(connection: BaseDatabaseWrapper) -> None:
    """Put every guard on."""
    immutable.release(connection, (*TABLES, *ledger.SET_ONCE))
    immutable.protect(connection, TABLES)
    immutable.protect(connection, tuple(ledger.SET_ONCE), ledger.SET_ONCE)
