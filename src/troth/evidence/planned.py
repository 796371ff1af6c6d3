"""The controls that are not built yet: what each will prove, and which fault it will catch.

A statement bound to one of them is *unproven*, whatever else keeps it. When a control is built, its
entry here goes; its name stays, so that no policy folder has to change.
"""

from typing import Final

from troth.policy.promise import PlannedControl
from troth.policy.words import Message, mark


def _planned(name: str, proves: str) -> PlannedControl:
    return PlannedControl(name, Message(proves))


PLANNED: Final[tuple[PlannedControl, ...]] = (
    _planned(
        "collection.declared-events",
        mark(
            "Not built yet. It will prove that every stored usage event is of a declared "
            "kind, from a declared client, of someone who agreed. It must catch: an event "
            "of an undeclared kind, and one of a person who refused."
        ),
    ),
    _planned(
        "collection.permitted-sources",
        mark(
            "Not built yet. It will prove that every third-party record came from a source "
            "with a recorded permission, licence and live review date. It must catch: an "
            "imported record whose source has lapsed."
        ),
    ),
    _planned(
        "collection.sealed-messages",
        mark(
            "Not built yet. It will prove that messages and queries are stored sealed, seen"
            " only under a grant, and gone after their retention. It must catch: a message "
            "read without a grant, and one past its retention."
        ),
    ),
    _planned(
        "collection.optional-fields",
        mark(
            "Not built yet. It will prove that no form demands a field the register calls "
            "optional. It must catch: a form that demands an optional field."
        ),
    ),
    _planned(
        "cookies.declared",
        mark(
            "Not built yet. It will prove that every cookie set by a page or found by a "
            "browser scan is declared. It must catch: a page that sets an undeclared "
            "cookie."
        ),
    ),
    _planned(
        "cookies.grammar",
        mark(
            "Not built yet. It will prove that every cookie value follows its declared form"
            " and holds no direct data. It must catch: a cookie that carries an e-mail "
            "address."
        ),
    ),
    _planned(
        "cookies.visitor-count",
        mark(
            "Not built yet. It will prove that the count of unique visitors can be derived "
            "again from what is stored, within its stated error, without anyone who "
            "refused. It must catch: a count changed behind the sketches, and one that "
            "includes somebody who refused."
        ),
    ),
    _planned(
        "cookies.options-kept",
        mark(
            "Not built yet. It will prove that each option of the register can be set and "
            "survives a round trip. It must catch: an option that is lost on the next page."
        ),
    ),
    _planned(
        "cookies.after-choice",
        mark(
            "Not built yet. It will prove that no cookie but a necessary one was sent "
            "before the choice the region demands. It must catch: a statistics cookie sent "
            "before a choice."
        ),
    ),
    _planned(
        "cookies.partner-identifiers",
        mark(
            "Not built yet. It will prove that a partner's identifier is agreed and "
            "consented to, changes with its period, and can be joined by nobody afterwards."
            " It must catch: an identifier equal for two partners or two periods."
        ),
    ),
    _planned(
        "cookies.purpose-limit",
        mark(
            "Not built yet. It will prove that every read of a cookie stated a purpose "
            "declared for it. It must catch: a read with an undeclared purpose that got an "
            "answer."
        ),
    ),
    _planned(
        "cookies.deleted-everywhere",
        mark(
            "Not built yet. It will prove that a deleted cookie's identifier is gone from "
            "the server too. It must catch: an identifier still stored after its deletion."
        ),
    ),
    _planned(
        "egress.one-door",
        mark(
            "Not built yet. It will prove that every release has a ground and the hash of "
            "exactly what left. It must catch: a release without a ground, and one whose "
            "hash does not match."
        ),
    ),
    _planned(
        "egress.separate-consent",
        mark(
            "Not built yet. It will prove that everyone in a consented release had said yes"
            " to it separately and had not withdrawn. It must catch: a person in a release "
            "who said nothing, and one who withdrew."
        ),
    ),
    _planned(
        "egress.lawful-orders",
        mark(
            "Not built yet. It will prove that every order was authenticated, reviewed by a"
            " second person and answered with no more than it covers. It must catch: an "
            "order approved by who entered it, and records beyond its scope."
        ),
    ),
    _planned(
        "protection.obligations",
        mark(
            "Not built yet. It will prove that every legal duty of the register has its "
            "controls kept or a document in date. It must catch: a duty whose document has "
            "lapsed."
        ),
    ),
    _planned(
        "incidents.plan-started",
        mark(
            "Not built yet. It will prove that no incident exists without the first step of"
            " its emergency plan. It must catch: an incident whose plan was not started."
        ),
    ),
    _planned(
        "incidents.affected-told",
        mark(
            "Not built yet. It will prove that everyone affected by an incident was told by"
            " its due time. It must catch: an affected person not told in time."
        ),
    ),
    _planned(
        "incidents.drilled",
        mark(
            "Not built yet. It will prove that the emergency plan was drilled within a "
            "year. It must catch: a plan not drilled for a year."
        ),
    ),
    _planned(
        "revision.drift",
        mark(
            "Not built yet. It will prove that no known difference between practice and "
            "policy is older than the days the register allows without a proposed version. "
            "It must catch: a difference fifteen days old."
        ),
    ),
    _planned(
        "revision.shown-before",
        mark(
            "Not built yet. It will prove that no change took effect before its notice was "
            "shown prominently for the whole period. It must catch: an effective time "
            "earlier than the notice and its period."
        ),
    ),
    _planned(
        "revision.acceptance-after-notice",
        mark(
            "Not built yet. It will prove that every acceptance follows a notice seen and a"
            " use after effect. It must catch: an acceptance with no notice seen."
        ),
    ),
    _planned(
        "revision.in-software",
        mark(
            "Not built yet. It will prove that every major version was explained clause by "
            "clause in each service marked so. It must catch: a major version with no "
            "explanation in the software."
        ),
    ),
    _planned(
        "revision.classed-other",
        mark(
            "Not built yet. It will prove that every sentence removed or weakened was "
            "called major, or minor with a reason. It must catch: a deleted sentence called"
            " minor without a reason."
        ),
    ),
    _planned(
        "revision.classed-model",
        mark(
            "Not built yet. It will prove that every added purpose, kind of data or use was"
            " classed 5.1. It must catch: an added purpose classed minor."
        ),
    ),
    _planned(
        "revision.classed-control",
        mark(
            "Not built yet. It will prove that every change of controller, ownership or "
            "organisation was classed 5.2. It must catch: another controller classed minor."
        ),
    ),
    _planned(
        "revision.classed-recipients",
        mark(
            "Not built yet. It will prove that every recipient added or exchanged was "
            "classed 5.3. It must catch: an added recipient classed minor."
        ),
    ),
    _planned(
        "revision.classed-rights",
        mark(
            "Not built yet. It will prove that every right removed, narrowed or made harder"
            " was classed 5.4. It must catch: a right's channel removed and classed minor."
        ),
    ),
    _planned(
        "revision.classed-contact",
        mark(
            "Not built yet. It will prove that every edit of department, contact or "
            "complaint channel was classed 5.5. It must catch: a changed contact classed "
            "minor."
        ),
    ),
    _planned(
        "revision.high-risk-told",
        mark(
            "Not built yet. It will prove that every impact assessment that ended high "
            "opened a notice to those it covers. It must catch: a high result with no "
            "notice opened."
        ),
    ),
    _planned(
        "revision.continued-use",
        mark(
            "Not built yet. It will prove that continued use is recorded once for a person "
            "across devices, and only after that version's notice was shown. It must catch:"
            " the same person asked again on a second device."
        ),
    ),
)
