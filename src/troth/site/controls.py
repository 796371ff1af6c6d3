"""Controls of the pages: the topics can be reached, and what is not public refuses strangers."""

from datetime import datetime, timedelta
from typing import Final

from troth.policy.promise import Control, Evidence, Sabotage, Store
from troth.policy.words import Message, StatementId, mark

PERIOD: Final = timedelta(minutes=10)
PURPOSE: Final = frozenset(
    StatementId(f"purpose.{topic}")
    for topic in ("collection", "cookies", "disclosure", "protection", "revision")
)
MEASURES: Final = frozenset({StatementId("protection.measures")})
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


def _examine_strangers(store: Store, now: datetime) -> Evidence:
    from troth.site.strangers import examine  # noqa: PLC0415 - the same

    return examine(store.alias, now)


def _page_open(store: Store) -> None:
    from troth.site.sabotages import page_open  # noqa: PLC0415 - the same

    page_open(store)


def _page_guarded(store: Store) -> None:
    from troth.site.sabotages import page_guarded  # noqa: PLC0415 - the same

    page_guarded(store)


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
    Control(
        name="protection.authorised-only",
        proves=Message(
            mark(
                "Every page and call that is not named as public, asked for by a stranger, refuses"
                " or leads to sign-in."
            )
        ),
        period=timedelta(hours=1),
        examine=_examine_strangers,
        sabotages=(Sabotage("site.page-open-to-strangers", MEASURES, _page_open, _page_guarded),),
    ),
)
