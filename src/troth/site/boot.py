"""Start: everything outside the code is checked, then data and policy are brought up to date.

A start that fails has changed nothing, and says in one sentence what to mend.
"""

import gc
import os
from typing import TYPE_CHECKING, Final

import django
from django.conf import settings

from troth.site import config as configuration
from troth.site import datafolder, logs, policyfolder, secrets
from troth.site.config import Config

if TYPE_CHECKING:
    from troth.versions.actions import Proposal


PRIVATE: Final = 0o077
"""Whatever is made in the data folder is its owner's alone, the database and its journal too."""


def set_up(config: Config) -> None:
    """Make Django read `config`; touches neither data nor database."""
    configuration.use(config)
    logs.configure(config.log_format)
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.site.settings"
    django.setup()


def boot(config: Config) -> "Proposal | None":
    """Make Django ready on a database that is ours and up to date, with the folder's policy.

    Returns what became of the policy folder if it changed since the last start, else None.
    Raises CannotGoOnError, or PolicyRefusedError with diagnostics.
    """
    os.umask(PRIVATE)
    set_up(config)
    from troth.site import schema  # noqa: PLC0415 - needs Django set up

    files = policyfolder.read_folder(config.policy)
    fresh = not config.database and not config.sqlite_file.exists()
    if fresh:
        policyfolder.admit(config.policy, files)
    datafolder.check(config.data)
    with datafolder.starting(config.data):
        current = schema.check(config)
        known = current and policyfolder.is_newest(files)
        if not known and not fresh:
            policyfolder.admit(config.policy, files)
        settings.SECRET_KEY = secrets.secret_key(config.data)
        if not current:
            schema.bring_up_to_date(config)
            gc.collect()  # the models of every state that the migrations went through
        from troth.access.starting import begin  # noqa: PLC0415 - needs Django set up
        from troth.site.recovery import recover  # noqa: PLC0415 - the same
        from troth.store import Store, transact  # noqa: PLC0415 - the same

        recover(Store())
        transact(begin)
        return None if known else policyfolder.adopt(files, policyfolder.AT_START)


def open_data(config: Config) -> None:
    """Make Django ready on data that a server has made before; for verbs that only ask.

    Raises CannotGoOnError where there are none yet, they are not up to date, or the keys beside
    them are of other data.
    """
    os.umask(PRIVATE)
    set_up(config)
    from troth.site import schema  # noqa: PLC0415 - needs Django set up

    schema.demand_current(config)
    settings.SECRET_KEY = secrets.peek_secret_key(config.data)
    from troth.site.recovery import demand_keys_of_data  # noqa: PLC0415 - needs Django set up

    demand_keys_of_data(config)
