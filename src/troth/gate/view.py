"""May a member see this? Only under a current undertaking, a live grant and a review on time."""

from datetime import datetime

from troth.gate.decision import Decision
from troth.gate.facts import Grant, ViewFacts
from troth.gate.reasons import VIEW_GRANTED, no, opening, undeclared
from troth.policy.rules import Rulebook


def may_view(rules: Rulebook, facts: ViewFacts, now: datetime) -> Decision:
    """Decide whether a member may open a category of one person or case."""
    cited = rules.cites.view
    kept = rules.never_leaving.get(facts.category)
    if kept is not None:
        return no(rules, "view", "category-never-leaves", kept, category=facts.category)
    category = rules.categories.get(facts.category)
    if category is None:
        name = facts.category
        return undeclared(
            rules, "view", "category", name, "category-undeclared", cited, category=name
        )
    if facts.purpose not in category.uses:
        return undeclared(
            rules,
            "view",
            "purpose",
            facts.purpose,
            "purpose-undeclared",
            cited,
            purpose=facts.purpose,
            of=facts.category,
        )
    code = _member(facts, now) or _grant(facts, now)
    if code is not None:
        return no(rules, "view", code, cited)
    return opening(rules, facts, VIEW_GRANTED, cited)


def _member(facts: ViewFacts, now: datetime) -> str | None:
    """Return why the member herself may see nothing now."""
    if facts.frozen:
        return "access-frozen"
    if facts.undertaking_until is None or now >= facts.undertaking_until:
        return "undertaking-missing"
    if facts.review_due is None or now >= facts.review_due:
        return "review-overdue"
    return None


def _grant(facts: ViewFacts, now: datetime) -> str | None:
    """Return why her grant does not carry this view."""
    grant = facts.grant
    if grant is None:
        return "grant-missing"
    if grant.approved_by in ("", grant.requested_by):
        return "grant-self-approved"
    if now >= grant.until:
        return "grant-expired"
    if not _covers(grant, facts):
        return "grant-scope"
    return "persons-many" if facts.many else None


def _covers(grant: Grant, facts: ViewFacts) -> bool:
    """Tell whether the grant names what is viewed; a grant of no person, case or all names none."""
    about = (
        grant.everyone
        or (grant.person is not None and grant.person == facts.person)
        or (grant.case is not None and grant.case == facts.case)
    )
    return about and facts.category in grant.categories and facts.purpose in grant.purposes
