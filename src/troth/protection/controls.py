"""Controls of protection: a backup restores, nothing lies open, every use had its purpose."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(hours=1)
MEASURES: Final = frozenset({StatementId("protection.measures")})
DIRECT: Final = frozenset({StatementId("collection.direct")})
"""Red too where a value is not what was entered when it was taken in."""


def _examine(module: str) -> Callable[[Store, datetime], Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up."""

    def examine(store: Store, now: datetime) -> Evidence:
        found: Evidence = import_module(f"troth.protection.{module}").examine(store.alias, now)
        return found

    return examine


def _sabotage(
    name: str, function: str, undo: str = "", breaks: frozenset[StatementId] = MEASURES
) -> Sabotage:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def run(which: str) -> Callable[[Store], None]:
        def go(store: Store) -> None:
            getattr(import_module("troth.protection.sabotages"), which)(store)

        return go

    return Sabotage(name, breaks, run(function), run(undo) if undo else None)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="protection.backup-restores",
        proves=Message(
            mark(
                "The newest backup is at most seven days old, was restored in a scratch place and"
                " equals what was stored; and the database and the key store answer only once"
                " what they were given is on disk, and leave nothing of a key that was destroyed."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_backup"),
        sabotages=(
            _sabotage("protection.backup-tampered", "backup_tampered", "forget_backups"),
            _sabotage("protection.backup-unreadable", "backup_unreadable", "forget_backups"),
            _sabotage("protection.backup-overdue", "backup_overdue", "forget_backups"),
            _sabotage("protection.synchronous-off", "synchronous_off", "synchronous_on"),
            _sabotage("protection.keys-synchronous-off", "keys_synchronous_off", "keys_kept"),
            _sabotage("protection.keys-left-behind", "keys_left_behind", "keys_kept"),
        ),
    ),
    Control(
        name="protection.sealed-store",
        proves=Message(
            mark(
                "Every sealed value is the one its entry commits to, and the words of a made-up"
                " person are found in the clear in no row and no file."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_sealed"),
        sabotages=(
            _sabotage("protection.byte-flipped", "byte_flipped", breaks=MEASURES | DIRECT),
            _sabotage("protection.plaintext-in-row", "plaintext_in_row", breaks=MEASURES | DIRECT),
            _sabotage("protection.plaintext-in-file", "plaintext_in_file", "forget_file"),
        ),
    ),
    Control(
        name="protection.purpose-checked",
        proves=Message(
            mark(
                "Every use of personal data stated its purpose, and every decision on record comes"
                " out the same when it is decided again."
            )
        ),
        period=PERIOD,
        examine=_examine("examinations_purpose"),
        sabotages=(
            _sabotage("protection.use-without-purpose", "use_without_purpose"),
            _sabotage("protection.decision-turned", "decision_turned"),
        ),
    ),
)
