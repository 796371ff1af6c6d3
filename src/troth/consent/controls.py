"""The control of consent: each yes is bound to the words that were shown, and is as it was said."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from troth.policy.promise import Control, Cursor, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(hours=1)
BROKEN: Final = frozenset({StatementId("disclosure.consent"), StatementId("cookies.control")})


def _examine(store: Store, now: datetime, *cursor: Cursor) -> Evidence:
    """Run the examination, imported when it runs: tables need Django set up."""
    found: Evidence = import_module("troth.consent.examinations").shown_text(
        store.alias, now, *cursor
    )
    return found


def _sabotage(name: str) -> Sabotage:
    """Return a sabotage that is imported when it is committed, for the same reason."""

    def commit(store: Store) -> None:
        getattr(import_module("troth.consent.sabotages"), name.replace("-", "_"))(store)

    return Sabotage(f"consent.{name}", BROKEN, commit)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="consent.shown-text",
        proves=Message(
            mark(
                "Every yes names, word for word, what its version of the policy asked with, or a"
                " recorded text of before; each choice is as it was entered, what stands is what"
                " was said last, and every acceptance followed a notice that was seen."
            )
        ),
        period=PERIOD,
        examine=_examine,
        resume=_examine,
        sabotages=tuple(
            _sabotage(name)
            for name in (
                "other-words",
                "standing-turned",
                "choice-turned",
                "choice-deleted",
                "choice-of-another",
                "withdrawal-before",
                "withdrawal-of-nobody",
                "accepted-unseen",
            )
        ),
    ),
)
