"""Controls of the pages: the topics of the policy can be reached."""

from datetime import datetime, timedelta
from typing import Final

from troth.policy.promise import Control, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(minutes=10)
PURPOSE: Final = frozenset(
    StatementId(f"purpose.{topic}")
    for topic in ("collection", "cookies", "disclosure", "protection", "revision")
)
TIMELY: Final = StatementId("revision.timely")
"""Red too, as a version that lacks a topic in one language is not the same in each."""


def _examine(store: Store, now: datetime) -> Evidence:
    from troth.site.topics import examine  # noqa: PLC0415 - a control is found without Django

    return examine(store.alias, now)


def _topic_missing(store: Store) -> None:
    from troth.site.sabotages import topic_missing  # noqa: PLC0415 - the same

    topic_missing(store)


def _page_failing(store: Store) -> None:
    from troth.site.sabotages import page_failing  # noqa: PLC0415 - the same

    page_failing(store)


CONTROLS: Final[tuple[Control, ...]] = (
    Control(
        name="site.topics",
        proves=Message(
            mark(
                "The policy page answers in each language before anything is collected, and each"
                " topic the policy names is a section of it with an address of its own."
            )
        ),
        period=PERIOD,
        examine=_examine,
        sabotages=(
            Sabotage("site.topic-missing", PURPOSE | {TIMELY}, _topic_missing),
            Sabotage("site.page-failing", PURPOSE | {TIMELY}, _page_failing),
        ),
    ),
)
