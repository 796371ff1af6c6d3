"""Controls of the ledger: nothing is missing, nothing was changed, every decision holds again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Cursor, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(hours=1)
"""Each examination reads what has come since the last; once a day all of it."""
MEASURES: Final = frozenset({StatementId("protection.measures")})


def _examine(name: str) -> Callable[..., Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up.

    It takes a cursor where it is a control's `resume`.
    """

    def examine(store: Store, now: datetime, *cursor: Cursor) -> Evidence:
        look = getattr(import_module("troth.ledger.examinations"), name)
        found: Evidence = look(store.alias, now, *cursor)
        return found

    return examine


def _commit(name: str) -> Callable[[Store], None]:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def commit(store: Store) -> None:
        getattr(import_module("troth.ledger.sabotages"), name)(store)

    return commit


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="ledger.complete",
        proves=Message(
            mark(
                "Whatever was done has its entry; every entry is as it was recorded, is filed under"
                " what it tells, stands at its place in the tree, and the signed checkpoint is the"
                " root over all of them, as far as the keys have seen the ledger go."
            )
        ),
        period=PERIOD,
        examine=_examine("complete"),
        resume=_examine("complete"),
        sabotages=(
            Sabotage("ledger.entry-deleted", MEASURES, _commit("entry_deleted")),
            Sabotage("ledger.entry-edited", MEASURES, _commit("entry_edited")),
            Sabotage("ledger.entries-exchanged", MEASURES, _commit("entries_exchanged")),
            Sabotage("ledger.row-without-entry", MEASURES, _commit("row_without_entry")),
            Sabotage("ledger.kind-changed", MEASURES, _commit("kind_changed")),
            Sabotage("ledger.waiting-kind-changed", MEASURES, _commit("waiting_kind_changed")),
            Sabotage("ledger.tail-cut", MEASURES, _commit("tail_cut")),
            Sabotage(
                "ledger.rolled-back", MEASURES, _commit("rolled_back"), _commit("forget_seen")
            ),
            Sabotage("ledger.guard-off", MEASURES, _commit("guard_off")),
        ),
    ),
)
