"""May this cookie be sent, may it be read? Only declared ones, after the choice, as declared."""

from datetime import datetime

from troth.gate.consents import as_mask
from troth.gate.decision import Decision
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
    if not rule.choice:
        return yes(rules, "set_cookie", COOKIE_NECESSARY, told)
    return _chosen(rules, facts, rule)


def _chosen(rules: Rulebook, facts: SetCookieFacts, rule: CookieRule) -> Decision:
    """Decide a cookie that is not necessary by the visitor's choice; a refusal always wins."""
    told = rule.statement
    if as_mask(rules, facts.refused) & rule.choice:
        return no(rules, "set_cookie", "cookie-refused", told, cookie=facts.name)
    separate = as_mask(rules, facts.separate)
    if rule.separate and not separate & rule.separate:
        code = "acceptance-is-no-consent" if facts.accepted else "separate-consent-missing"
        return no(rules, "set_cookie", code, told, to=f"cookie.{rule.id}")
    if (as_mask(rules, facts.agreed) | separate) & rule.choice or rule.separate:
        return yes(rules, "set_cookie", COOKIE_CHOSEN, told)
    if rules.mode(facts.region) == "opt-out":
        return yes(rules, "set_cookie", COOKIE_NOT_REFUSED, told)
    if facts.accepted:
        return no(rules, "set_cookie", "acceptance-is-no-consent", told, to=f"cookie.{rule.id}")
    return no(rules, "set_cookie", "cookie-not-chosen", told, cookie=facts.name)


def may_read_cookie(rules: Rulebook, facts: ReadCookieFacts, now: datetime) -> Decision:  # noqa: ARG001 (every verb takes the same three; no cookie depends on the time)
    """Decide whether a cookie may be read: for the purposes declared for it and no other."""
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
    if rule.choice and as_mask(rules, facts.refused) & rule.choice:
        return no(rules, "read_cookie", "cookie-refused", rule.statement, cookie=name)
    return yes(rules, "read_cookie", COOKIE_READ_DECLARED, rule.statement)
