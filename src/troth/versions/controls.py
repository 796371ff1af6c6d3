"""Controls of versions: immutable, the same in each language, with a whole history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(minutes=10)
TIMELY: Final = frozenset({StatementId("revision.timely")})
TOPICS: Final = frozenset(
    StatementId(f"purpose.{topic}")
    for topic in ("collection", "cookies", "disclosure", "protection", "revision")
)
"""Red too where a version's text was changed: its page is not shown any more."""
REVIEW: Final = frozenset({StatementId("revision.review")})


def _examine(name: str) -> Callable[[Store, datetime], Evidence]:
    """Return an examination that is imported when it runs: tables need Django set up."""

    def examine(store: Store, now: datetime) -> Evidence:
        found: Evidence = getattr(import_module("troth.versions.examinations"), name)(
            store.alias, now
        )
        return found

    return examine


def _commit(name: str) -> Callable[[Store], None]:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def commit(store: Store) -> None:
        getattr(import_module("troth.versions.sabotages"), name)(store)

    return commit


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="versions.immutable",
        proves=Message(
            mark(
                "Every version's files, hashed again, are those that were recorded; each version"
                " covers the one before; and the database itself refuses to change them."
            )
        ),
        period=PERIOD,
        examine=_examine("immutable"),
        sabotages=(
            Sabotage("versions.edited-in-place", TIMELY | TOPICS, _commit("edited_in_place")),
            Sabotage("versions.author-exchanged", TIMELY, _commit("author_exchanged")),
            Sabotage("versions.guard-off", TIMELY, _commit("guard_off")),
        ),
    ),
    Control(
        name="versions.parity",
        proves=Message(
            mark(
                "Every version has each language's file, with the same statements in order, and"
                " changes none of them in one language only."
            )
        ),
        period=PERIOD,
        examine=_examine("parity"),
        sabotages=(
            Sabotage("versions.one-language-changed", TIMELY, _commit("one_language_changed")),
            Sabotage("versions.one-language-reworded", TIMELY, _commit("one_language_reworded")),
        ),
    ),
    Control(
        name="versions.history",
        proves=Message(
            mark(
                "The history has no gap, can be told in full, and has exactly one version in force"
                " at each time, none before it was recorded."
            )
        ),
        period=PERIOD,
        examine=_examine("history"),
        sabotages=(
            Sabotage("versions.gap", REVIEW, _commit("gap")),
            Sabotage("versions.effect-removed", REVIEW, _commit("effect_removed")),
            Sabotage("versions.newest-effect-removed", REVIEW, _commit("newest_effect_removed")),
            Sabotage("versions.backdated", REVIEW, _commit("backdated")),
            Sabotage("versions.two-in-force", REVIEW, _commit("two_in_force")),
        ),
    ),
)
