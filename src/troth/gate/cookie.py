"""May this cookie be sent, may it be read? Only declared ones, after the choice, as declared."""

from datetime import datetime

from troth.gate.consents import as_mask
from troth.gate.decision import Decision, Reason, Verb
from troth.gate.facts import ReadCookieFacts, SetCookieFacts
from troth.gate.reasons import (
    COOKIE_CHOSEN,
    COOKIE_NECESSARY,
    COOKIE_NOT_REFUSED,
    COOKIE_READ_DECLARED,
    no,
    undeclared,
    yes,
)
from troth.policy.rules import CookieRule, Rulebook


def may_set_cookie(rules: Rulebook, facts: SetCookieFacts, now: datetime) -> Decision:  # noqa: ARG001 (every verb takes the same three; no cookie depends on the time)
    """Decide whether a cookie may be sent: declared, well formed, short enough, chosen."""
    name = facts.name
    rule = rules.cookie(name)
    if rule is None:
        return no(rules, "set_cookie", "cookie-undeclared", rules.cites.set_cookie, cookie=name)
    told = rule.statement
    if rule.stopped_by is not None:
        path = f"cookie.{rule.id}"
        return no(rules, "set_cookie", "suspended", rule.stopped_by, path=path)
    if not facts.conforms:
        return no(rules, "set_cookie", "cookie-malformed", told, cookie=name)
    if facts.max_age_seconds > rule.lifetime_seconds:
        seconds = rule.lifetime_seconds
        return no(rules, "set_cookie", "cookie-too-long", told, cookie=name, seconds=seconds)
    refusal = _unchosen(rules, "set_cookie", facts, rule)
    return refusal or yes(rules, "set_cookie", _why_sent(rules, facts, rule), told)


def _unchosen(
    rules: Rulebook, verb: Verb, facts: SetCookieFacts | ReadCookieFacts, rule: CookieRule
) -> Decision | None:
    """Refuse a cookie that is not necessary without the visitor's choice; a refusal always wins.

    What was not asked for may be read no more than sent: both are access to her device
    (ePrivacy directive 5(3)).
    """
    told = rule.statement
    if not rule.choice:
        return None
    if as_mask(rules, facts.refused) & rule.choice:
        return no(rules, verb, "cookie-refused", told, cookie=facts.name)
    if _agreed(rules, facts, rule):
        return None
    if facts.accepted:
        return no(rules, verb, "acceptance-is-no-consent", told, to=f"cookie.{rule.id}")
    if rule.separate:
        return no(rules, verb, "separate-consent-missing", told, to=f"cookie.{rule.id}")
    return no(rules, verb, "cookie-not-chosen", told, cookie=facts.name)


def _agreed(rules: Rulebook, facts: SetCookieFacts | ReadCookieFacts, rule: CookieRule) -> bool:
    """Tell whether the visitor said yes, separately to a partner, or need not be asked first."""
    if rule.separate:
        return bool(as_mask(rules, facts.separate) & rule.separate)
    return _said_yes(rules, facts, rule) or rules.mode(facts.region) == "opt-out"


def _said_yes(rules: Rulebook, facts: SetCookieFacts | ReadCookieFacts, rule: CookieRule) -> bool:
    return bool((as_mask(rules, facts.agreed) | as_mask(rules, facts.separate)) & rule.choice)


def _why_sent(rules: Rulebook, facts: SetCookieFacts, rule: CookieRule) -> Reason:
    """Return why a cookie that was not refused may be sent."""
    if not rule.choice:
        return COOKIE_NECESSARY
    chosen = rule.separate or _said_yes(rules, facts, rule)
    return COOKIE_CHOSEN if chosen else COOKIE_NOT_REFUSED


def may_read_cookie(rules: Rulebook, facts: ReadCookieFacts, now: datetime) -> Decision:  # noqa: ARG001 (every verb takes the same three; no cookie depends on the time)
    """Decide whether a cookie may be read: for its declared purposes, after the same choice."""
    default = rules.cites.read_cookie
    name = facts.name
    rule = rules.cookie(name)
    if rule is None:
        return no(rules, "read_cookie", "cookie-undeclared", default, cookie=name)
    if rule.stopped_by is not None:
        path = f"cookie.{rule.id}"
        return no(rules, "read_cookie", "suspended", rule.stopped_by, path=path)
    purpose = facts.purpose
    if purpose not in rule.purposes:
        return undeclared(
            rules,
            "read_cookie",
            "purpose",
            purpose,
            "purpose-undeclared",
            default,
            purpose=purpose,
            of=name,
        )
    refusal = _unchosen(rules, "read_cookie", facts, rule)
    return refusal or yes(rules, "read_cookie", COOKIE_READ_DECLARED, rule.statement)
