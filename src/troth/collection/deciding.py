"""May this be taken in, or used? Decided before anything is written, row by row.

`weigh(tx, given, unmade) -> tuple[Weighed, ...] | Refused`   writes and counts nothing: a key in
                                                             test mode asks no more
`weigh_use(tx, wish) -> Wished | Refused`
Both raise NoPolicyError where no version is in force.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from troth import vault
from troth.collection.given import RECORDS_MAX, Given, Refused
from troth.collection.kinds import UnfitError, as_text
from troth.consent.facts import standing
from troth.consent.rows import read_many
from troth.gate import Decision, may_collect, may_use
from troth.gate.facts import CollectFacts, UseFacts
from troth.people.values import Leave, Told, Under, demand_rules, question_of
from troth.policy.register import Category
from troth.policy.rules import Rulebook, UseRule
from troth.policy.words import Message, StatementId, mark
from troth.store import Tx
from troth.vault import ErasedError, PersonId
from troth.versions import facts as versions

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
"""As `gate.facts.Name`."""
PLACE: Final = re.compile(r"([A-Z]{2}(-[A-Z0-9]{1,3})?)?", re.ASCII)
"""As `gate.facts.Place`."""
FIELDS_MAX: Final = 500
UNDECLARED: Final[Mapping[str, str]] = {
    "category-undeclared": "category",
    "purpose-undeclared": "purpose",
    "source-undeclared": "source",
    "field-undeclared": "fields",
    "field-required": "fields",
    "event-missing": "source",
}
"""What the policy does not tell of, and where it stands in a record: the call is wrong (422)."""
PLACES: Final[Mapping[str, str]] = {
    "below-minimum-age": "of_age",
    "age-unknown": "of_age",
    "source-not-permitted": "region",
    "source-unlicensed": "source",
    "source-lapsed": "source",
    "category-never-leaves": "category",
}
"""Where what is declared and yet refused (403) stands."""
UNPROCESSABLE: Final = 422
FORBIDDEN: Final = 403
GONE: Final = 410


class Weighed(Struct, frozen=True):
    """A record that may be taken in: its values as they are sealed, by name, and the leave."""

    given: Given
    under: Under
    texts: Mapping[str, str]
    leave: Leave

    def __repr__(self) -> str:
        return f"Weighed({self.given!r})"


class Wish(Struct, frozen=True):
    """What somebody's values are asked for; no fields are all that are declared."""

    subject: PersonId
    category: str
    fields: tuple[str, ...]
    purpose: str


class Wished(Struct, frozen=True):
    """A use that may be: of which fields, and on which decision."""

    fields: tuple[str, ...]
    rules: Rulebook
    question: UseFacts
    decision: Decision


def weigh(
    tx: Tx, given: Sequence[Given], unmade: Collection[PersonId] = ()
) -> tuple[Weighed, ...] | Refused:
    """Decide on records, all of them: the first that may not be is the answer.

    `unmade` are ids of subjects who are not made yet, to ask whether something of theirs could be.
    """
    if not 0 < len(given) <= RECORDS_MAX:
        template = mark("Send 1 to %(number)s records at once.")
        return Refused(UNPROCESSABLE, "records-number", Message(template, {"number": RECORDS_MAX}))
    rules = demand_rules(tx)
    declared = versions.document(tx.alias, rules.version).register.category
    known = [one.subject for one in given if one.subject not in unmade]
    there = vault.read_keys(tx, known) | frozenset(unmade)
    read_many(tx, (one.subject for one in given if _asks(rules, one.category, one.purpose)))
    weighed = []
    for number, one in enumerate(given):
        found = _weigh(tx, rules, declared, one, there)
        if isinstance(found, Refused):
            return _in_row(found, number)
        weighed.append(found)
    return tuple(weighed)


def _weigh(
    tx: Tx,
    rules: Rulebook,
    declared: Mapping[str, Category],
    given: Given,
    there: frozenset[PersonId],
) -> Weighed | Refused:
    if given.subject not in there:
        return erased(given.category)
    misshapen = _misshapen(given)
    if misshapen is not None:
        return misshapen
    filled = {name: v for name, v in sorted(given.fields.items()) if v is not None and v != ""}
    if not filled:
        why = Message(mark("The record has no field that is filled."))
        return Refused(UNPROCESSABLE, "record-empty", why, rules.cites.collect, at="fields")
    category = declared.get(given.category)
    texts = {}
    for name, value in filled.items():
        field = None if category is None else category.fields.get(name)
        if category is None or field is None:
            continue  # which the gate refuses, naming the sentence
        try:
            texts[name] = as_text(name, field, value)
        except UnfitError as unfit:
            where = (category.statement, given.category, (name,))
            return Refused(UNPROCESSABLE, unfit.code, unfit.message, *where, at=f"fields.{name}")
    under = Under(given.category, given.purpose, given.source)
    question = question_of(filled, under, _told(tx, rules, given))
    decision = may_collect(rules, question, tx.now)
    if not decision.allowed:
        return _refused(rules, question, decision)
    return Weighed(given, under, texts, (rules, question, decision))


def _misshapen(given: Given) -> Refused | None:
    """Refuse what is no name or place at all, so that nothing else stands where names do."""
    if len(given.fields) > FIELDS_MAX:
        many = Message(mark("A record has at most %(number)s fields."), {"number": FIELDS_MAX})
        return Refused(UNPROCESSABLE, "name-malformed", many, at="fields")
    names = [("category", given.category), ("purpose", given.purpose), ("source", given.source)]
    names += [("fields", name) for name in given.fields]
    for at, name in names:
        if NAME.fullmatch(name) is None:
            return malformed(at)
    if PLACE.fullmatch(given.region) is None:
        why = Message(mark("The region is an ISO 3166 code such as CN or DE, or left out."))
        return Refused(UNPROCESSABLE, "region-malformed", why, at="region")
    return None


def malformed(at: str) -> Refused:
    """Refuse what is no name of the register; it is not repeated."""
    why = Message(
        mark("A name in %(place)s has 1 to 100 letters, digits, points, hyphens, underscores."),
        {"place": at},
    )
    return Refused(UNPROCESSABLE, "name-malformed", why, at=at)


def _told(tx: Tx, rules: Rulebook, given: Given) -> Told:
    agreed, separate = consents(tx, rules, given.subject, given.category, given.purpose)
    return Told(agreed, separate, given.region, given.of_age)


def _use_of(rules: Rulebook, category: str, purpose: str) -> UseRule | None:
    found = rules.categories.get(category)
    return None if found is None else found.uses.get(purpose)


def _asks(rules: Rulebook, category: str, purpose: str) -> bool:
    """Tell whether a consent is asked for; of what is not declared nobody's is looked up."""
    use = _use_of(rules, category, purpose)
    return use is not None and not use.free


def consents(
    tx: Tx, rules: Rulebook, subject: PersonId, category: str, purpose: str
) -> tuple[int, int]:
    """Return the masks of what a subject has agreed to, and separately: no more than is asked for.

    So an entry tells nothing of her other choices.
    """
    use = _use_of(rules, category, purpose)
    if use is None or use.free:
        return 0, 0
    agreed = standing(tx, subject)
    asked = use.consent | use.separate | use.sensitive
    return rules.mask(agreed.consent) & use.consent, rules.mask(agreed.separate) & asked


def weigh_use(tx: Tx, wish: Wish) -> Wished | Refused:
    """Decide on a use by a system outside this server; it names fields that are declared."""
    for at, names in (("category", (wish.category,)), ("purpose", (wish.purpose,)), *_at(wish)):
        if any(NAME.fullmatch(name) is None for name in names):
            return malformed(at)
    rules = demand_rules(tx)
    agreed, separate = consents(tx, rules, wish.subject, wish.category, wish.purpose)
    question = UseFacts(
        category=wish.category,
        purpose=wish.purpose,
        agreed=agreed,
        separate=separate,
        outside=True,
    )
    decision = may_use(rules, question, tx.now)
    if not decision.allowed:
        return _refused(rules, question, decision)
    declared = rules.categories[wish.category].fields
    beyond = tuple(sorted(set(wish.fields) - declared))
    if beyond:
        why = Message(
            mark("“%(of)s” has no declared field %(fields)s to be used."),
            {"of": wish.category, "fields": ", ".join(beyond)},
        )
        told = (rules.cites.use, wish.category, beyond)
        return Refused(UNPROCESSABLE, "field-undeclared", why, *told, at="fields")
    return Wished(tuple(sorted(set(wish.fields) or declared)), rules, question, decision)


def _at(wish: Wish) -> Iterable[tuple[str, tuple[str, ...]]]:
    return (("fields", wish.fields),)


def erased(category: str) -> Refused:
    """Refuse what is about somebody who was erased."""
    named = category if NAME.fullmatch(category) else ""
    return Refused(GONE, "subject-erased", ErasedError().message, category=named, at="subject")


def _refused(rules: Rulebook, question: CollectFacts | UseFacts, decision: Decision) -> Refused:
    """Put a no of the gate as it is answered: whether the call is wrong, or leave is missing."""
    code = decision.reason.code
    fields: tuple[str, ...] = ()
    at = UNDECLARED.get(code) or PLACES.get(code) or ""
    if isinstance(question, CollectFacts) and at == "fields":
        declared = rules.categories[question.category]
        wrong = question.fields - declared.fields or declared.required - question.fields
        fields = tuple(sorted(wrong))
        at = f"fields.{fields[0]}"
    if code == "suspended":
        at = str(decision.reason.message.values["path"]).partition(".")[0]
    return Refused(
        UNPROCESSABLE if code in UNDECLARED else FORBIDDEN,
        code,
        decision.reason.message,
        StatementId(decision.statement),
        question.category,
        fields,
        at=at,
    )


def _in_row(refused: Refused, row: int) -> Refused:
    return Refused(
        refused.status,
        refused.code,
        refused.message,
        refused.statement,
        refused.category,
        refused.fields,
        row,
        refused.at,
    )
