"""The cast of the consent tests: what is asked for, who is asked, and what stands then."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tests.versions.cast import FIRST, default_policy
from troth import vault
from troth.consent import actions
from troth.consent.actions import Chosen, Seen
from troth.consent.facts import Agreed, accepted, standing
from troth.consent.wording import asked
from troth.gate import Decision, may_use
from troth.gate.facts import UseFacts
from troth.people.values import demand_rules
from troth.policy.read import read
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

STATISTICS: Final = "purpose.usage-statistics"
COUNT: Final = "purpose.visitor-count"
PARTNERS: Final = "purpose.partner-services"
AT: Final = FIRST + timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)


def somebody() -> PersonId:
    """Return a new subject, whose key is made."""
    person = vault.new_person()
    vault.prepare([person])
    return person


def seen(version: str, *abouts: str, files: Mapping[str, bytes] | None = None) -> Seen:
    """Return what somebody was shown who is asked for these, in English."""
    shown = read(files or default_policy())
    texts = {}
    for about in abouts:
        words = asked(shown, about, "en")
        assert words is not None
        texts[about] = words.hash
    return Seen(version, "en", "banner", texts, region="DE")


def choose(subject: PersonId, choices: dict[str, bool], shown: Seen, at: datetime = AT) -> Chosen:
    return transact_on(Store(), SYSTEM, at, actions.choose, subject, choices, shown)


def stands(subject: PersonId) -> Agreed:
    return transact_on(Store(), SYSTEM, AT, standing, subject)


def withdraw(
    subject: PersonId, abouts: list[str], shown: Seen, at: datetime = AT + SECOND
) -> Chosen:
    return transact_on(Store(), SYSTEM, at, actions.withdraw, subject, abouts, shown)


def decided(subject: PersonId, purpose: str) -> Decision:
    """Ask the gate whether usage data may be used for a purpose, by what stands."""

    def verb(tx: Tx) -> Decision:
        agreed = standing(tx, subject)
        question = UseFacts(
            category="usage",
            purpose=purpose,
            agreed=agreed.consent,
            separate=agreed.separate,
            accepted=accepted(tx, subject),
        )
        return may_use(demand_rules(tx), question, tx.now)

    return transact_on(Store(), SYSTEM, AT, verb)


def may(subject: PersonId, purpose: str) -> bool:
    return decided(subject, purpose).allowed
