"""The reasons the gate gives: every code with its sentence, built once, rendered at the edge."""

from collections.abc import Mapping
from typing import Any, Final

from troth.gate.decision import Decision, Reason, Verb
from troth.gate.facts import ReleaseFacts, UseFacts, ViewFacts
from troth.policy.rules import Rulebook
from troth.policy.words import Message, StatementId, mark

COLLECTION_DECLARED: Final = Reason(
    "collection-declared",
    Message(mark("The policy tells of this collection, and all it asks for is there.")),
)
USE_DECLARED: Final = Reason(
    "use-declared", Message(mark("The policy tells of this use, and all it asks for is there."))
)
COOKIE_NECESSARY: Final = Reason(
    "cookie-necessary", Message(mark("The policy declares this cookie as necessary."))
)
COOKIE_CHOSEN: Final = Reason(
    "cookie-chosen", Message(mark("The policy declares this cookie, and the visitor agreed to it."))
)
COOKIE_NOT_REFUSED: Final = Reason(
    "cookie-not-refused",
    Message(mark("The policy declares this cookie, and here it may be sent until refused.")),
)
COOKIE_READ_DECLARED: Final = Reason(
    "cookie-read-declared",
    Message(mark("The policy declares that this cookie is read for this purpose.")),
)
RELEASE_CONSENTED: Final = Reason(
    "release-consented",
    Message(mark("The policy tells of this recipient, and everyone concerned agreed separately.")),
)
RELEASE_CONTRACTED: Final = Reason(
    "release-contracted",
    Message(mark("The policy tells of this recipient, who receives the data under a contract.")),
)
RELEASE_ORDERED: Final = Reason(
    "release-ordered",
    Message(mark("A mandatory order demands this release, and a second person reviewed it.")),
)
VIEW_GRANTED: Final = Reason(
    "view-granted",
    Message(mark("The member's undertaking and review are current, and a live grant covers this.")),
)
FIRST_VERSION: Final = Reason(
    "first-version", Message(mark("The first version takes effect at once: there is none before."))
)
NOTHING_DEMANDED: Final = Reason(
    "nothing-demanded",
    Message(mark("The changes demand no notice, so the version may take effect.")),
)
NOTICE_GIVEN: Final = Reason(
    "notice-given",
    Message(mark("The changes were announced and shown for the whole notice period.")),
)

YES: Final = (
    COLLECTION_DECLARED,
    USE_DECLARED,
    COOKIE_NECESSARY,
    COOKIE_CHOSEN,
    COOKIE_NOT_REFUSED,
    COOKIE_READ_DECLARED,
    RELEASE_CONSENTED,
    RELEASE_CONTRACTED,
    RELEASE_ORDERED,
    VIEW_GRANTED,
    FIRST_VERSION,
    NOTHING_DEMANDED,
    NOTICE_GIVEN,
)
"""Every reason of a yes."""

NO: Final[Mapping[str, str]] = {
    "suspended": mark("“%(path)s” is suspended: what it tells of has stopped for now."),
    "category-undeclared": mark("The policy declares no category “%(category)s”."),
    "purpose-undeclared": mark(
        "The policy does not tell of the purpose “%(purpose)s” for “%(of)s”."
    ),
    "source-undeclared": mark(
        "The policy does not tell of “%(category)s” coming from the source “%(source)s”."
    ),
    "field-undeclared": mark("“%(of)s” has no declared field %(fields)s."),
    "field-required": mark("The required field %(fields)s is missing."),
    "event-missing": mark("Usage data of “%(category)s” is taken only as a declared event."),
    "event-undeclared": mark("The policy declares no event “%(event)s”."),
    "event-mismatch": mark("The event “%(event)s” is declared for another category or purpose."),
    "client-undeclared": mark("The event “%(event)s” is not declared for this client."),
    "source-not-permitted": mark(
        "No legal permission for the source “%(source)s” is recorded where the person is."
    ),
    "source-unlicensed": mark(
        "No licence or contract of the third-party source “%(source)s” is recorded."
    ),
    "source-lapsed": mark("The review of the source “%(source)s” is overdue or was never planned."),
    "consent-missing": mark("A consent to “%(to)s” is missing."),
    "separate-consent-missing": mark("A separate consent to “%(to)s” is missing."),
    "acceptance-is-no-consent": mark(
        "The policy was accepted, but an acceptance is no consent to “%(to)s”."
    ),
    "below-minimum-age": mark("The person is below the minimum age of %(years)s."),
    "age-unknown": mark(
        "Whether the person has reached the minimum age of %(years)s was not asked."
    ),
    "cookie-undeclared": mark("The policy declares no cookie “%(cookie)s”."),
    "cookie-malformed": mark("The value of “%(cookie)s” does not follow its declared grammar."),
    "cookie-too-long": mark(
        "“%(cookie)s” would outlive its declared lifetime of %(seconds)s seconds."
    ),
    "cookie-refused": mark("The visitor refused “%(cookie)s”."),
    "cookie-not-chosen": mark(
        "Where the visitor is “%(cookie)s” needs a yes first, and none was given."
    ),
    "category-never-leaves": mark(
        "“%(category)s” is kept from everybody: no release and no view may include it."
    ),
    "recipient-undeclared": mark("The policy tells of no recipient “%(recipient)s”."),
    "recipient-not-public": mark("“%(recipient)s” is no declared publication."),
    "recipient-public": mark("“%(recipient)s” is a publication and must be asked for as one."),
    "ground-undeclared": mark("The policy does not name this ground for “%(recipient)s”."),
    "country-undeclared": mark("The policy does not tell of “%(recipient)s” in this country."),
    "release-empty": mark("The release names no person or no category."),
    "order-public": mark("An order demands for an authority; it opens nothing to the public."),
    "order-missing": mark("There is no order by an authority."),
    "order-unauthenticated": mark("The order's document is not held and authenticated."),
    "order-unreviewed": mark("No second person has reviewed the order."),
    "order-unapproved": mark(
        "A foreign authority's order needs the approval of the competent authority."
    ),
    "order-scope": mark("The release goes beyond the order's scope: %(beyond)s."),
    "undertaking-missing": mark("The member has no current confidentiality undertaking."),
    "review-overdue": mark("The review of the member's access is overdue."),
    "access-frozen": mark("The member's access is frozen."),
    "grant-missing": mark("The member has no grant."),
    "grant-expired": mark("The member's grant has ended."),
    "grant-self-approved": mark("The member's grant was approved by the one who asked for it."),
    "grant-scope": mark(
        "The member's grant does not cover this category, purpose, person or case."
    ),
    "persons-many": mark(
        "Under leave for everybody the member has seen as many persons this hour as she may. To see"
        " more, she asks for leave that names them, or works on their case."
    ),
    "not-announced": mark("The changes have not been announced."),
    "not-shown": mark("The changes have not been shown."),
    "not-prominent": mark("The changes were not shown prominently."),
    "notice-too-short": mark("The changes have not been shown for %(days)s days."),
}
"""Every code of a no with its sentence."""


def yes(rules: Rulebook, verb: Verb, reason: Reason, statement: StatementId) -> Decision:
    """Allow: `statement` tells of what is allowed."""
    return Decision(True, verb, reason, statement, rules.version)  # noqa: FBT003 (the hot path: keywords cost a third more)


def opening(
    rules: Rulebook,
    facts: UseFacts | ViewFacts | ReleaseFacts,
    reason: Reason,
    statement: StatementId,
) -> Decision:
    """Allow what opens values: the yes keeps its facts, of which a permit can be made."""
    verb: Verb = facts.__struct_config__.tag  # type: ignore[assignment]  # the tags are the verbs
    return Decision(True, verb, reason, statement, rules.version, facts)  # noqa: FBT003 (the hot path: keywords cost a third more)


def no(rules: Rulebook, verb: Verb, code: str, statement: StatementId, **values: Any) -> Decision:
    """Refuse: the sentence is rendered only when somebody reads it."""
    return Decision(False, verb, Reason(code, Message(NO[code], values)), statement, rules.version)  # noqa: FBT003 (the hot path: keywords cost a third more)


def undeclared(
    rules: Rulebook,
    verb: Verb,
    table: str,
    name: str,
    code: str,
    default: StatementId,
    **values: Any,
) -> Decision:
    """Refuse what a look-up did not find: it is suspended, or the policy does not tell of it."""
    path = f"{table}.{name}"
    stopped = rules.suspended.get(path)
    if stopped is not None:
        return no(rules, verb, "suspended", stopped, path=path)
    return no(rules, verb, code, default, **values)
