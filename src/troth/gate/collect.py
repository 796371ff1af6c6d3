"""May this be taken in? Only declared fields, for a declared purpose, from a declared source."""

from datetime import datetime

from troth.gate import consents
from troth.gate.decision import Decision
from troth.gate.facts import CollectFacts
from troth.gate.reasons import COLLECTION_DECLARED, no, undeclared, yes
from troth.policy.rules import CategoryRule, EventRule, Rulebook, SourceRule
from troth.policy.words import StatementId


def may_collect(rules: Rulebook, facts: CollectFacts, now: datetime) -> Decision:
    """Decide whether the filled fields may be collected; the yes names who tells of it.

    That is the event's statement, else that of a third-party source, else the category's.
    """
    category = rules.categories.get(facts.category)
    if category is None:
        return _undeclared(rules, facts, "category")
    use = category.uses.get(facts.purpose)
    if use is None:
        return _undeclared(rules, facts, "purpose")
    source = category.sources.get(facts.source)
    if source is None:
        return _undeclared(rules, facts, "source")
    refusal = (
        _fields(rules, facts, category)
        if facts.event is None and not (category.events_only and source.kind == "usage")
        else _event(rules, facts)
    )
    if refusal is None and not source.own:
        refusal = _third_party(rules, facts, source, now)
    if refusal is None and not use.free:
        refusal = consents.missing(rules, "collect", facts, use, category.statement)
    if refusal is None and rules.minimum_age is not None and facts.of_age is not True:
        relies = source.kind == "direct" and not use.free
        refusal = _age(rules, facts, relies_on_consent=relies)
    if refusal is not None:
        return refusal
    statement = _told_by(rules, facts, category, source)
    return yes(rules, "collect", COLLECTION_DECLARED, statement)


def _told_by(
    rules: Rulebook, facts: CollectFacts, category: CategoryRule, source: SourceRule
) -> StatementId:
    if facts.event is not None:
        return rules.events[facts.event].statement
    return category.statement if source.own else source.statement


def _undeclared(rules: Rulebook, facts: CollectFacts, table: str) -> Decision:
    default = rules.cites.collect
    if table == "category":
        name = facts.category
        return undeclared(
            rules, "collect", table, name, "category-undeclared", default, category=name
        )
    if table == "purpose":
        values = {"purpose": facts.purpose, "of": facts.category}
        name, code = facts.purpose, "purpose-undeclared"
    else:
        values = {"source": facts.source, "category": facts.category}
        name, code = facts.source, "source-undeclared"
    return undeclared(rules, "collect", table, name, code, default, **values)


def _fields(rules: Rulebook, facts: CollectFacts, category: CategoryRule) -> Decision | None:
    """Refuse a field the category does not declare, and one it requires that was left out."""
    if not facts.fields <= category.fields:
        return _field_undeclared(rules, facts.category, facts.fields - category.fields)
    if not category.required <= facts.fields:
        absent = category.required - facts.fields
        return _field_required(rules, absent, category.statement)
    return None


def _event(rules: Rulebook, facts: CollectFacts) -> Decision | None:
    """Refuse an event that is not declared for this client, category, purpose and these fields."""
    default = rules.cites.collect
    name = facts.event
    if name is None:
        return no(rules, "collect", "event-missing", default, category=facts.category)
    event = rules.events.get(name)
    if event is None:
        return undeclared(rules, "collect", "event", name, "event-undeclared", default, event=name)
    if event.category != facts.category or event.purpose != facts.purpose:
        return no(rules, "collect", "event-mismatch", event.statement, event=name)
    if facts.client not in event.clients:
        return no(rules, "collect", "client-undeclared", event.statement, event=name)
    return _carried(rules, facts, name, event)


def _carried(rules: Rulebook, facts: CollectFacts, name: str, event: EventRule) -> Decision | None:
    """Refuse a field the event does not carry, and one it must carry that was left out."""
    if not facts.fields <= event.attributes:
        return _field_undeclared(rules, name, facts.fields - event.attributes)
    if not event.required <= facts.fields:
        return _field_required(rules, event.required - facts.fields, event.statement)
    return None


def _field_undeclared(rules: Rulebook, of: str, fields: frozenset[str]) -> Decision:
    names = ", ".join(sorted(fields))
    return no(rules, "collect", "field-undeclared", rules.cites.collect, of=of, fields=names)


def _field_required(rules: Rulebook, fields: frozenset[str], statement: StatementId) -> Decision:
    names = ", ".join(sorted(fields))
    return no(rules, "collect", "field-required", statement, fields=names)


def _third_party(
    rules: Rulebook, facts: CollectFacts, source: SourceRule, now: datetime
) -> Decision | None:
    """Refuse third-party data without permission where the person is, licence or live review."""
    place = facts.region
    told = source.statement
    if place not in source.permissions and place.partition("-")[0] not in source.permissions:
        return no(rules, "collect", "source-not-permitted", told, source=facts.source)
    if not source.licensed:
        return no(rules, "collect", "source-unlicensed", told, source=facts.source)
    if source.lapses is None or now >= source.lapses:
        return no(rules, "collect", "source-lapsed", told, source=facts.source)
    return None


def _age(rules: Rulebook, facts: CollectFacts, *, relies_on_consent: bool) -> Decision | None:
    """Refuse who is too young; where consent is asked of the person, her age must be known.

    PIPL 31, GDPR 8: a child's own consent does not count.
    """
    years = rules.minimum_age
    if facts.of_age is False:
        return no(rules, "collect", "below-minimum-age", rules.cites.collect, years=years)
    if relies_on_consent:
        return no(rules, "collect", "age-unknown", rules.cites.collect, years=years)
    return None
