"""The yes a use needs: consent, separate consent, and never an acceptance in their place.

PIPL 14, 23, 25, 29; GDPR 7, 9 and recital 32. A separate consent is a consent, too; a consent
given with others is not separate.
"""

from troth.gate.decision import Decision, Verb
from troth.gate.facts import CollectFacts, Consents, UseFacts
from troth.gate.reasons import no
from troth.policy.rules import Rulebook, UseRule
from troth.policy.words import StatementId


def as_mask(rules: Rulebook, consents: Consents) -> int:
    """Return consents as the rulebook's mask, whether they came as names or as one."""
    return consents if isinstance(consents, int) else rules.mask(consents)


def missing(
    rules: Rulebook, verb: Verb, facts: CollectFacts | UseFacts, use: UseRule, told: StatementId
) -> Decision | None:
    """Return the refusal for the first consent that is missing, None if none is.

    `told` is the statement that tells of the category: a sensitive one asks for its own consent.
    """
    separate = as_mask(rules, facts.separate)
    if use.consent and not (as_mask(rules, facts.agreed) | separate) & use.consent:
        return _no(rules, verb, facts, "consent-missing", use.statement, facts.purpose)
    if use.separate and not separate & use.separate:
        return _no(rules, verb, facts, "separate-consent-missing", use.statement, facts.purpose)
    if use.sensitive and not separate & use.sensitive:
        return _no(rules, verb, facts, "separate-consent-missing", told, facts.category)
    return None


def _no(
    rules: Rulebook,
    verb: Verb,
    facts: CollectFacts | UseFacts,
    code: str,
    statement: StatementId,
    to: str,
) -> Decision:
    if facts.accepted:
        code = "acceptance-is-no-consent"
    return no(rules, verb, code, statement, to=to)
