"""Keys of sites that were revoked stay so where an older copy of data or of keys comes back.

Each of the two stores is told what the other one knows.
"""

from itertools import islice
from typing import Final

from troth import vault
from troth.sites.actions import revoke_again
from troth.sites.models import Key
from troth.store import SYSTEM, Store, transact_on
from troth.store.clock import utc_now

CHUNK: Final = 500


def reapply(store: Store) -> int:
    """Revoke again what the key store says was; return how many keys that were.

    Called before anything is served. What the data know of, and keys that came from a backup do
    not, the key store remembers from now on: else older data would have it work again.
    """
    ended = Key.objects.using(store.alias).filter(revoked_at__isnull=False)
    for name in set(ended.values_list("pk", flat=True)) - set(vault.revoked()):
        vault.revoke(name)
    count, names = 0, vault.revoked()
    while chunk := list(islice(names, CHUNK)):
        standing = Key.objects.using(store.alias).filter(pk__in=chunk, revoked_at=None)
        living = standing.exclude(expires_at__lte=utc_now())  # the others need no transaction each
        for key_id in list(living.values_list("pk", flat=True)):
            count += transact_on(store, SYSTEM, None, revoke_again, key_id)
    return count
