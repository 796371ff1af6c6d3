"""Verbs that act on the data a server has made, beside it or without it."""

from collections.abc import Iterator
from contextlib import contextmanager

from troth.site.config import Config
from troth.site.problem import CannotGoOnError


@contextmanager
def on_data(config: Config) -> Iterator[None]:
    """Open the data; what the database or the key store refuses is told in one sentence.

    Raises CannotGoOnError.
    """
    from troth.site import boot  # noqa: PLC0415 - slow to import

    boot.open_data(config)
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.site.schema import explained  # noqa: PLC0415 - the same

    try:
        with explained(config):
            yield
    except vault.KeyStoreError as error:
        raise CannotGoOnError(error.message) from error
