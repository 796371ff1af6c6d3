"""A restored copy of the data knows nothing of keys that were revoked since: they are so again."""

from itertools import islice
from typing import Final

from troth import vault
from troth.sites.actions import revoke_again
from troth.sites.models import Key
from troth.store import SYSTEM, Store, transact_on

CHUNK: Final = 500


def reapply(store: Store) -> int:
    """Revoke again what the key store says was; return how many keys that were.

    Called before anything is served.
    """
    count, names = 0, vault.revoked()
    while chunk := list(islice(names, CHUNK)):
        living = Key.objects.using(store.alias).filter(pk__in=chunk, revoked_at=None)
        for key_id in list(living.values_list("pk", flat=True)):
            transact_on(store, SYSTEM, None, revoke_again, key_id)
            count += 1
    return count
