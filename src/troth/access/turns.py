"""Looking, and changing what may be seen: never at once.

A view that reads what another transaction is just ending would rest on nothing once both are
committed. So whoever looks holds one lock beside others who look, and whoever ends, stops or
replaces what views rest on waits until nobody looks, and has them wait until that is committed.
"""

from typing import Final

from troth.store import Tx
from troth.store.locks import serialise, share

STANDS: Final = "access.stands"


def look(tx: Tx) -> None:
    """Take a turn at looking: one at a time of each member, as her own views may stop her."""
    serialise(tx, f"access.looks.{tx.actor}")
    share(tx, STANDS)


def rely(tx: Tx) -> None:
    """Take a turn at what rests on how members stand, and shows nothing."""
    share(tx, STANDS)


def change(tx: Tx) -> None:
    """Take a turn alone. Comes before any other lock of the same transaction."""
    serialise(tx, STANDS)
