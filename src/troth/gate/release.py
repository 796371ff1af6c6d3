"""May this leave? With everyone's separate consent, by contract, or by a reviewed order."""

from datetime import datetime

from troth.gate.consents import as_mask
from troth.gate.decision import Decision
from troth.gate.facts import Order, ReleaseFacts
from troth.gate.reasons import (
    RELEASE_CONSENTED,
    RELEASE_CONTRACTED,
    RELEASE_ORDERED,
    no,
    opening,
    undeclared,
)
from troth.policy.rules import RecipientRule, Rulebook


def may_release(rules: Rulebook, facts: ReleaseFacts, now: datetime) -> Decision:  # noqa: ARG001 (every verb takes the same three; no release depends on the time)
    """Decide whether personal data may leave (PIPL 23, 25, 29, 38-41; GDPR 6, 9, 44)."""
    if not facts.categories or not facts.persons:
        return no(rules, "release", "release-empty", rules.cites.release)
    named = facts.categories | {field.partition(".")[0] for field in facts.fields}
    kept = min(named & rules.never_leaving.keys(), default=None)
    if kept is not None:
        told = rules.never_leaving[kept]
        return no(rules, "release", "category-never-leaves", told, category=kept)
    if facts.ground == "law":
        return _by_law(rules, facts)
    return _to_recipient(rules, facts)


def _to_recipient(rules: Rulebook, facts: ReleaseFacts) -> Decision:
    """Decide a release by consent or contract to somebody the register names."""
    recipient = rules.recipients.get(facts.recipient)
    if recipient is None:
        name = facts.recipient
        return undeclared(
            rules,
            "release",
            "recipient",
            name,
            "recipient-undeclared",
            rules.cites.release,
            recipient=name,
        )
    refusal = _to_whom(rules, facts, recipient) or _of_what(rules, facts, recipient)
    if refusal is not None:
        return refusal
    at_home = rules.country != "" and facts.country in ("", rules.country)
    sensitive = facts.categories & recipient.sensitive
    if facts.ground == "contract" and at_home and not facts.public and not sensitive:
        return opening(rules, facts, RELEASE_CONTRACTED, recipient.statement)
    return _by_consent(rules, facts, recipient)


def _to_whom(rules: Rulebook, facts: ReleaseFacts, recipient: RecipientRule) -> Decision | None:
    told = recipient.statement
    name = facts.recipient
    if facts.ground != recipient.ground:
        return no(rules, "release", "ground-undeclared", told, recipient=name)
    if facts.public != recipient.public:
        code = "recipient-public" if recipient.public else "recipient-not-public"
        return no(rules, "release", code, told, recipient=name)
    # Where the register or the facts name no country, the data stays in the controller's.
    countries = recipient.countries or {rules.country}
    if (facts.country or rules.country) not in countries:
        return no(rules, "release", "country-undeclared", told, recipient=name)
    return None


def _of_what(rules: Rulebook, facts: ReleaseFacts, recipient: RecipientRule) -> Decision | None:
    default = rules.cites.release
    if not facts.categories <= recipient.categories:
        name = min(facts.categories - recipient.categories)
        return undeclared(
            rules, "release", "category", name, "category-undeclared", default, category=name
        )
    if facts.purpose not in recipient.purposes:
        return undeclared(
            rules,
            "release",
            "purpose",
            facts.purpose,
            "purpose-undeclared",
            default,
            purpose=facts.purpose,
            of=facts.recipient,
        )
    return None


def _by_consent(rules: Rulebook, facts: ReleaseFacts, recipient: RecipientRule) -> Decision:
    """Everyone in the release said yes to this recipient, separately."""
    alone = facts.persons == 1 and as_mask(rules, facts.separate) & recipient.bit
    if alone or facts.consenting >= facts.persons:
        return opening(rules, facts, RELEASE_CONSENTED, recipient.statement)
    code = "acceptance-is-no-consent" if facts.accepted else "separate-consent-missing"
    return no(rules, "release", code, recipient.statement, to=f"recipient.{facts.recipient}")


def _by_law(rules: Rulebook, facts: ReleaseFacts) -> Decision:
    """A mandatory order: of a declared authority, authentic, reviewed, approved, and no wider."""
    recipient = rules.lawful.get(facts.recipient)
    if recipient is None:
        return _no_authority(rules, facts)
    told = recipient.statement
    refusal = _not_told(rules, facts, recipient)
    if refusal is not None:
        return refusal
    order = facts.order
    if order is None:
        return no(rules, "release", "order-missing", told)
    code = _flaw(order)
    if code is not None:
        return no(rules, "release", code, told)
    beyond = _beyond(facts, order)
    if beyond:
        return no(rules, "release", "order-scope", told, beyond=", ".join(beyond))
    return opening(rules, facts, RELEASE_ORDERED, told)


def _no_authority(rules: Rulebook, facts: ReleaseFacts) -> Decision:
    """Refuse by law whom the register does not name as one who may demand by law."""
    name = facts.recipient
    other = rules.recipients.get(name)
    if other is not None:
        return no(rules, "release", "ground-undeclared", other.statement, recipient=name)
    code = "recipient-undeclared"
    return undeclared(rules, "release", "recipient", name, code, rules.law, recipient=name)


def _not_told(rules: Rulebook, facts: ReleaseFacts, recipient: RecipientRule) -> Decision | None:
    """Refuse what the sentence about orders does not tell of: no order opens more than it says."""
    told = recipient.statement
    if facts.public or recipient.public:
        return no(rules, "release", "order-public", told)
    if not facts.categories <= recipient.categories:
        name = min(facts.categories - recipient.categories)
        return no(rules, "release", "category-undeclared", told, category=name)
    if facts.purpose not in recipient.purposes:
        values = {"purpose": facts.purpose, "of": facts.recipient}
        return no(rules, "release", "purpose-undeclared", told, **values)
    return None


def _flaw(order: Order) -> str | None:
    """Return what keeps an order from being one we must follow."""
    if not order.authority:
        return "order-missing"
    if not order.documented:
        return "order-unauthenticated"
    if order.reviewed_by in (None, "", order.entered_by):
        return "order-unreviewed"
    if order.foreign and not order.approved:
        return "order-unapproved"
    return None


def _beyond(facts: ReleaseFacts, order: Order) -> list[str]:
    """Return what the order does not cover: categories, and fields of those covered in part."""
    beyond = [f for f in facts.fields if f.partition(".")[0] not in facts.categories]
    for category in facts.categories - order.scope:
        inside = [f for f in facts.fields if f.partition(".")[0] == category]
        beyond += [f for f in inside if f not in order.scope] if inside else [category]
    return sorted(beyond)
