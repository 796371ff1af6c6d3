"""Start: everything outside the code is checked first, then the database is brought up to date."""

import os

import django

from troth.site import config as configuration
from troth.site import datafolder, logs, secrets
from troth.site.config import Config


def boot(config: Config) -> None:
    """Make Django ready on a database that is ours and up to date.

    Raises `CannotGoOnError` with one sentence, before anything is written, when the data folder
    or the database cannot be used.
    """
    datafolder.check(config.data)
    with datafolder.starting(config.data):
        secrets.secret_key(config.data)
        configuration.use(config)
        logs.configure(config.log_format)
        os.environ["DJANGO_SETTINGS_MODULE"] = "troth.site.settings"
        django.setup()
        from troth.site import schema  # noqa: PLC0415 - needs Django set up

        schema.bring_up_to_date()
