"""The gate once more, slow and obvious: loops over the register, no rulebook, no masks.

Consents are names here. Where the gate and this file differ, one of them is wrong.
"""
# ruff: noqa: C901, PLR0911 (one plain function a verb, read from top to bottom)

from collections.abc import Mapping
from datetime import datetime

from tests.gate.answers import (
    Answer,
    home_of,
    lacking,
    mode_of,
    names,
    needs,
    no,
    take_effect,
    third_party,
    yes,
)
from troth.gate.facts import (
    CollectFacts,
    Facts,
    ReadCookieFacts,
    ReleaseFacts,
    SetCookieFacts,
    TakeEffectFacts,
    UseFacts,
    ViewFacts,
)
from troth.policy.document import Version
from troth.policy.register import Category, Cites, Cookie, Entry, Recipient, Source


class Oracle:
    """Answers from one version and the suspended paths."""

    def __init__(self, version: Version, suspended: frozenset[str]) -> None:
        cites = version.register.cites
        assert cites is not None
        self.cites: Cites = cites
        self.register = version.register
        self.told = [s.id for s in version.statements]
        self.suspended = suspended

    def answer(self, facts: Facts, now: datetime) -> Answer:
        """Answer any facts."""
        match facts:
            case CollectFacts():
                return self.collect(facts, now)
            case UseFacts():
                return self.use(facts)
            case SetCookieFacts():
                return self.set_cookie(facts)
            case ReadCookieFacts():
                return self.read_cookie(facts)
            case ReleaseFacts():
                return self.release(facts)
            case ViewFacts():
                return self.view(facts, now)
            case TakeEffectFacts():
                notice = self.register.notice
                days = notice.period_days if notice else 0
                return take_effect(facts, now, days, self.cites.take_effect)

    def find(self, table: str, name: str) -> Entry | None:
        """Look for an entry that a statement tells of."""
        entries: Mapping[str, Entry] = getattr(self.register, table)
        for key, entry in entries.items():
            if key == name and entry.statement in self.told:
                return entry
        return None

    def live(self, table: str, name: str) -> Entry | None:
        """Look for an entry that is told of and not suspended."""
        return None if f"{table}.{name}" in self.suspended else self.find(table, name)

    def absent(self, table: str, name: str, code: str, cited: str) -> Answer:
        """Refuse what was not found: suspended, or never declared."""
        entry = self.find(table, name)
        if entry is not None and f"{table}.{name}" in self.suspended:
            return no("suspended", entry.statement)
        return no(code, cited)

    def category_for(self, category: str, purpose: str, cited: str) -> Answer | Category:
        """Find a category that is declared for a purpose."""
        found = self.live("category", category)
        if not isinstance(found, Category):
            return self.absent("category", category, "category-undeclared", cited)
        if purpose not in found.purposes or self.live("purpose", purpose) is None:
            return self.absent("purpose", purpose, "purpose-undeclared", cited)
        return found

    def consent(self, facts: CollectFacts | UseFacts, category: Category) -> Answer | None:
        """Refuse where the purpose or the sensitive category lacks its consent."""
        agreed, separate = names(facts.agreed), names(facts.separate)
        purpose = self.register.purpose[facts.purpose]
        path = f"purpose.{facts.purpose}"
        need = needs(purpose)
        if need == "consent" and path not in agreed and path not in separate:
            return lacking(facts.accepted, "consent-missing", purpose.statement)
        if need == "separate" and path not in separate:
            return lacking(facts.accepted, "separate-consent-missing", purpose.statement)
        if category.sensitive and f"category.{facts.category}" not in separate:
            return lacking(facts.accepted, "separate-consent-missing", category.statement)
        return None

    def use(self, facts: UseFacts) -> Answer:
        """Told outside at all, category, purpose, consent."""
        kept = self.kept_in(facts.category) if facts.outside else None
        category = kept or self.category_for(facts.category, facts.purpose, self.cites.use)
        if isinstance(category, Answer):
            return category
        refusal = self.consent(facts, category)
        told = self.register.purpose[facts.purpose].statement
        return refusal or yes("use-declared", told)

    def collect(self, facts: CollectFacts, now: datetime) -> Answer:
        """Category, purpose, source, fields or event, permission, consent, age."""
        cited = self.cites.collect
        category = self.category_for(facts.category, facts.purpose, cited)
        if isinstance(category, Answer):
            return category
        source = self.live("source", facts.source)
        if facts.source not in category.sources or not isinstance(source, Source):
            return self.absent("source", facts.source, "source-undeclared", cited)
        told: str = category.statement
        has_events = any(
            e.category == facts.category and self.find("event", name) is not None
            for name, e in self.register.event.items()
        )
        if facts.event is not None or (source.kind == "usage" and has_events):
            found = self.event(facts, category)
            if found.code != "carried":
                return found
            told = found.statement
        else:
            if any(name not in category.fields for name in facts.fields):
                return no("field-undeclared", cited)
            for name, one in category.fields.items():
                if one.required and name not in facts.fields:
                    return no("field-required", category.statement)
        if source.kind in ("public", "commercial"):
            if facts.event is None:
                told = source.statement
            code = third_party(source, facts.region, now)
            if code is not None:
                return no(code, source.statement)
        refusal = self.consent(facts, category) or self.age(facts, category, source)
        return refusal or yes("collection-declared", told)

    def event(self, facts: CollectFacts, category: Category) -> Answer:
        """Answer `carried` with the event's statement, or refuse."""
        cited = self.cites.collect
        if facts.event is None:
            return no("event-missing", cited)
        if self.live("event", facts.event) is None:
            return self.absent("event", facts.event, "event-undeclared", cited)
        event = self.register.event[facts.event]
        if (event.category, event.purpose) != (facts.category, facts.purpose):
            return no("event-mismatch", event.statement)
        if facts.client not in event.clients:
            return no("client-undeclared", event.statement)
        for name in facts.fields:
            if name not in event.attributes or name not in category.fields:
                return no("field-undeclared", cited)
        for name in event.attributes:
            one = category.fields.get(name)
            if one is not None and one.required and name not in facts.fields:
                return no("field-required", event.statement)
        return yes("carried", event.statement)

    def age(self, facts: CollectFacts, category: Category, source: Source) -> Answer | None:
        """Refuse the too young, and the unasked where her own consent is relied on."""
        controller = self.register.controller
        if controller is None or controller.minimum_age is None or facts.of_age is True:
            return None
        if facts.of_age is False:
            return no("below-minimum-age", self.cites.collect)
        consented = needs(self.register.purpose[facts.purpose]) != "none" or category.sensitive
        if consented and source.kind == "direct":
            return no("age-unknown", self.cites.collect)
        return None

    def find_cookie(self, name: str) -> tuple[str, Cookie] | None:
        """Find the cookie of an exact name, else of the longest prefix; the first declared wins."""
        best: tuple[int, str, Cookie] | None = None
        for key, one in self.register.cookie.items():
            if one.statement not in self.told:
                continue
            for pattern in one.names:
                if pattern == name:
                    weight = 1_000
                elif pattern.endswith("*") and name.startswith(pattern[:-1]):
                    weight = len(pattern)
                else:
                    continue
                if best is None or weight > best[0]:
                    best = (weight, key, one)
        return None if best is None else best[1:]

    def cookie_stop(self, key: str, one: Cookie) -> str | None:
        """Return the statement of what stops a cookie."""
        if f"cookie.{key}" in self.suspended:
            return one.statement
        partner = self.find("partner", one.partner or "")
        if partner is not None and f"partner.{one.partner}" in self.suspended:
            return partner.statement
        stopped = [p for p in one.purposes if f"purpose.{p}" in self.suspended]
        told = [self.find("purpose", p) for p in one.purposes]
        if stopped == list(one.purposes) and told and all(told):
            assert told[0] is not None
            return told[0].statement
        return None

    def set_cookie(self, facts: SetCookieFacts) -> Answer:
        """Declared, running, well formed, short enough, then the choice."""
        found = self.find_cookie(facts.name)
        if found is None:
            return no("cookie-undeclared", self.cites.set_cookie)
        key, one = found
        stop = self.cookie_stop(key, one)
        if stop is not None:
            return no("suspended", stop)
        if not facts.conforms:
            return no("cookie-malformed", one.statement)
        if facts.max_age_seconds > one.lifetime_days * 24 * 60 * 60:
            return no("cookie-too-long", one.statement)
        if one.cookie_class == "necessary":
            return yes("cookie-necessary", one.statement)
        return self.choice(facts, key, one)

    def choice(self, facts: SetCookieFacts | ReadCookieFacts, key: str, one: Cookie) -> Answer:
        """Refusal first, then the partner's separate consent, then the place's mode."""
        told = one.statement
        chosen = {f"cookie.{key}", f"class.{one.cookie_class}"}
        separate = names(facts.separate)
        if chosen & names(facts.refused):
            return no("cookie-refused", told)
        if one.cookie_class == "partner" or one.partner is not None:
            needed = {f"partner.{one.partner}"}
            if self.find("partner", one.partner or "") is None:
                needed = chosen
            if not needed & separate:
                return lacking(facts.accepted, "separate-consent-missing", told)
            return yes("cookie-chosen", told)
        if chosen & (names(facts.agreed) | separate):
            return yes("cookie-chosen", told)
        told_regions = [r for r in self.register.region.values() if r.statement in self.told]
        if mode_of(told_regions, facts.region) == "opt-out":
            return yes("cookie-not-refused", told)
        return lacking(facts.accepted, "cookie-not-chosen", told)

    def read_cookie(self, facts: ReadCookieFacts) -> Answer:
        """Declared, running, for this purpose, chosen."""
        cited = self.cites.read_cookie
        found = self.find_cookie(facts.name)
        if found is None:
            return no("cookie-undeclared", cited)
        key, one = found
        stop = self.cookie_stop(key, one)
        if stop is not None:
            return no("suspended", stop)
        if facts.purpose not in one.purposes or self.live("purpose", facts.purpose) is None:
            return self.absent("purpose", facts.purpose, "purpose-undeclared", cited)
        if one.cookie_class != "necessary":
            chosen = self.choice(facts, key, one)
            if not chosen.allowed:
                return chosen
        return yes("cookie-read-declared", one.statement)

    def release(self, facts: ReleaseFacts) -> Answer:
        """Something to release, then by law, or to a declared recipient."""
        cited = self.cites.release
        if facts.persons == 0 or len(facts.categories) == 0:
            return no("release-empty", cited)
        for name in sorted(facts.categories | {one.split(".")[0] for one in facts.fields}):
            if (kept := self.kept_in(name)) is not None:
                return kept
        if facts.ground == "law":
            return self.by_law(facts)
        return self.to_recipient(facts)

    def to_recipient(self, facts: ReleaseFacts) -> Answer:
        """Declared so, then by contract at home, or by everyone's consent."""
        cited = self.cites.release
        if self.live("recipient", facts.recipient) is None:
            return self.absent("recipient", facts.recipient, "recipient-undeclared", cited)
        recipient = self.register.recipient[facts.recipient]
        home = home_of(self.register)
        told = recipient.statement
        if recipient.ground != facts.ground:
            return no("ground-undeclared", told)
        if recipient.public and not facts.public:
            return no("recipient-public", told)
        if facts.public and not recipient.public:
            return no("recipient-not-public", told)
        goes_to = facts.country if facts.country != "" else home
        if goes_to not in (recipient.countries or (home,)):
            return no("country-undeclared", told)
        for name in sorted(facts.categories):
            if name not in recipient.categories or self.live("category", name) is None:
                return self.absent("category", name, "category-undeclared", cited)
        if facts.purpose not in recipient.purposes or self.live("purpose", facts.purpose) is None:
            return self.absent("purpose", facts.purpose, "purpose-undeclared", cited)
        at_home = home is not None and goes_to == home
        harmless = not any(self.register.category[c].sensitive for c in facts.categories)
        if recipient.ground == "contract" and at_home and harmless and not recipient.public:
            return yes("release-contracted", told)
        own = f"recipient.{facts.recipient}" in names(facts.separate)
        if facts.consenting >= facts.persons or (facts.persons == 1 and own):
            return yes("release-consented", told)
        return lacking(facts.accepted, "separate-consent-missing", told)

    def kept_in(self, name: str) -> Answer | None:
        """Refuse what is for nobody's eyes, suspended or not."""
        found = self.find("category", name)
        if isinstance(found, Category) and found.never_leaves:
            return no("category-never-leaves", found.statement)
        return None

    def by_law(self, facts: ReleaseFacts) -> Answer:
        """A declared authority, for what is declared; then its order."""
        told: str = self.cites.release
        for recipient in reversed(list(self.register.recipient.values())):
            if recipient.ground == "law" and recipient.statement in self.told:
                told = recipient.statement
        named = self.find("recipient", facts.recipient)
        if not isinstance(named, Recipient):
            return no("recipient-undeclared", told)
        if named.ground != "law":
            if self.live("recipient", facts.recipient) is None:
                return no("suspended", named.statement)
            return no("ground-undeclared", named.statement)
        told = named.statement
        if facts.public or named.public:
            return no("order-public", told)
        for name in facts.categories:
            if name not in named.categories or self.find("category", name) is None:
                return no("category-undeclared", told)
        if facts.purpose not in named.purposes or self.find("purpose", facts.purpose) is None:
            return no("purpose-undeclared", told)
        return self.order(facts, told)

    def order(self, facts: ReleaseFacts, told: str) -> Answer:
        """An order: there, authentic, reviewed by another, approved if foreign, wide enough."""
        order = facts.order
        if order is None or order.authority == "":
            return no("order-missing", told)
        if not order.documented:
            return no("order-unauthenticated", told)
        if not order.reviewed_by or order.reviewed_by == order.entered_by:
            return no("order-unreviewed", told)
        if order.foreign and not order.approved:
            return no("order-unapproved", told)
        for name in facts.fields:
            if name.split(".")[0] not in facts.categories:
                return no("order-scope", told)
        for name in facts.categories:
            parts = [f for f in facts.fields if f.split(".")[0] == name]
            within = parts != [] and all(f in order.scope for f in parts)
            if name not in order.scope and not within:
                return no("order-scope", told)
        return yes("release-ordered", told)

    def view(self, facts: ViewFacts, now: datetime) -> Answer:
        """A declared use; a member in good standing; a grant that covers it."""
        cited = self.cites.view
        if (kept := self.kept_in(facts.category)) is not None:
            return kept
        category = self.category_for(facts.category, facts.purpose, cited)
        if isinstance(category, Answer):
            return category
        grant = facts.grant
        if facts.frozen:
            code = "access-frozen"
        elif facts.undertaking_until is None or facts.undertaking_until <= now:
            code = "undertaking-missing"
        elif facts.review_due is None or facts.review_due <= now:
            code = "review-overdue"
        elif grant is None:
            code = "grant-missing"
        elif not grant.approved_by or grant.approved_by == grant.requested_by:
            code = "grant-self-approved"
        elif grant.until <= now:
            code = "grant-expired"
        elif (
            facts.category not in grant.categories
            or facts.purpose not in grant.purposes
            or not (
                (grant.person and grant.person == facts.person)
                or (grant.case and grant.case == facts.case)
            )
        ):
            code = "grant-scope"
        else:
            return no("persons-many", cited) if facts.many else yes("view-granted", cited)
        return no(code, cited)
