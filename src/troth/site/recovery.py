"""What a start brings back in order before anything is served.

The log is opened (a new epoch where these data are older than what the keys have seen), erasures
that were cut short are completed, and those that a restored copy, of data or keys, does not know
are made again.
"""

import structlog

from troth import vault
from troth.ledger.sequencer import open_log
from troth.people import erasure
from troth.site.config import Config
from troth.site.problem import CannotGoOnError
from troth.sites import restoring
from troth.store import SYSTEM, Store, transact_on
from troth.vault.store import FILE

log = structlog.get_logger("troth.start")


def demand_keys_of_data(config: Config) -> None:
    """Refuse to answer where the keys beside these data are of other data; none at all will do.

    Raises CannotGoOnError.
    """
    if not (config.key_folder / FILE).exists():
        return
    try:
        vault.demand_not_others(Store().alias)
    except vault.KeyStoreError as error:
        raise CannotGoOnError(error.message) from error


def demand_keys(store: Store) -> None:
    """Refuse to go on without the keys that open what is stored, if these data were ever given any.

    Raises CannotGoOnError.
    """
    if not vault.are_bound(store.alias):
        return
    try:
        vault.open_store().demand_whole()
    except vault.KeyStoreError as error:
        raise CannotGoOnError(error.message) from error


def recover(store: Store) -> None:
    """Bring data and keys together; idempotent, and safe in several processes at once.

    Raises CannotGoOnError where the keys are missing, damaged or of other data.
    """
    try:
        vault.open_store(make=not vault.are_bound(store.alias)).demand_whole()
        transact_on(store, SYSTEM, None, vault.demand_ours)
        _recover(store)
    except vault.KeyStoreError as error:
        raise CannotGoOnError(error.message) from error


def _recover(store: Store) -> None:
    again = erasure.reapply(store)
    revoked = restoring.reapply(store)
    finished = erasure.finish(store)
    open_log(store)
    if again or finished:
        log.warning("erasures made again", restored=again, cut_short=finished)
    if revoked:
        log.warning("keys of sites revoked again", restored=revoked)
