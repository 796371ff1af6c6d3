"""May what is held be used for this? Only for a purpose the policy tells of, and agreed to."""

from datetime import datetime

from troth.gate import consents
from troth.gate.decision import Decision
from troth.gate.facts import UseFacts
from troth.gate.reasons import USE_DECLARED, no, opening, undeclared
from troth.policy.rules import Rulebook


def may_use(rules: Rulebook, facts: UseFacts, now: datetime) -> Decision:  # noqa: ARG001 (every verb takes the same three; no use depends on the time)
    """Decide whether a category may be used for a purpose; a yes names who tells of the purpose."""
    default = rules.cites.use
    name = facts.category
    kept = rules.never_leaving.get(name)
    if facts.outside and kept is not None:
        return no(rules, "use", "category-never-leaves", kept, category=name)
    category = rules.categories.get(name)
    if category is None:
        return undeclared(
            rules, "use", "category", name, "category-undeclared", default, category=name
        )
    purpose = facts.purpose
    use = category.uses.get(purpose)
    if use is None:
        return undeclared(
            rules,
            "use",
            "purpose",
            purpose,
            "purpose-undeclared",
            default,
            purpose=purpose,
            of=name,
        )
    if not use.free:
        refusal = consents.missing(rules, "use", facts, use, category.statement)
        if refusal is not None:
            return refusal
    return opening(rules, facts, USE_DECLARED, use.statement)
