"""What is asked of the records, and the names that stand in them, in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import get_language
from msgspec import Struct, json
from msgspec.structs import replace

from troth.collection.facts import Asked, Span
from troth.policy.register import Category, Field, Register
from troth.site.language import as_lang
from troth.site.navigation import address, kept
from troth.site.typeset.keys import register_in_force
from troth.sites.models import Key
from troth.versions.models import StoredVersion

SPANS_DAYS: Final = (7, 30, 90)
DAYS: Final = 30
NAME_LENGTH_MAX: Final = 100
FILTERS: Final = ("category", "purpose", "source", "key", "site")
HANDS_IN: Final = frozenset({"records", "uses"})
"""Of which scope a key has one to stand among those to choose from."""
EXAMPLES: Final[Mapping[str, object]] = {
    "text": "example",
    "number": 1,
    "boolean": True,
    "date": "2027-01-31",
    "choice": "example",
}
"""A value of each kind of field, made up."""
Pairs = list[tuple[str, str]]


class Query(Struct, frozen=True):
    """What is looked for: of how many days, and of any day which records."""

    days: int
    of_any_day: Asked

    def asked(self, now: datetime) -> Asked:
        """Return it as the figures are asked for: of the last days, today among them."""
        first = now.date() - timedelta(days=self.days - 1)
        return replace(self.of_any_day, span=Span(first, now.date()))

    @property
    def named(self) -> Mapping[str, str]:
        """Each name that can be asked for, with what was; "" for nothing."""
        return {name: getattr(self.of_any_day, name) for name in FILTERS}

    @property
    def narrows(self) -> bool:
        """Whether any name is asked for."""
        return any(self.named.values())

    @property
    def beyond_refusals(self) -> bool:
        """Whether it asks by what refusals are not told apart by."""
        return bool(self.of_any_day.purpose or self.of_any_day.source)

    @property
    def kept(self) -> dict[str, str]:
        """What of it belongs to the page's address."""
        return kept(days="" if self.days == DAYS else str(self.days), **self.named)

    def spans(self, path: str) -> list[tuple[int, str, bool]]:
        """Return each number of days with the address that asks for it, and whether it is asked."""
        return [
            (days, address(path, {**self.kept, "days": str(days)}), days == self.days)
            for days in SPANS_DAYS
        ]


def understood(given: Mapping[str, str]) -> Query:
    """Parse what is looked for; what is not understood falls away."""
    days = given.get("days", "")

    def named(name: str) -> str:
        return given.get(name, "").strip()[:NAME_LENGTH_MAX]

    asked = Asked(
        category=named("category"),
        purpose=named("purpose"),
        source=named("source"),
        key=named("key"),
        site=named("site"),
    )
    return Query(int(days) if days in map(str, SPANS_DAYS) else DAYS, asked)


class Names:
    """How the register in force and the keys name what stands in a record; else the name itself."""

    def __init__(self, alias: str, now: datetime) -> None:
        self._register: Register | None = register_in_force(alias, now)
        self._lang = as_lang(get_language() or "en") or "en"
        self._keys = {key.pk: key for key in Key.objects.using(alias).order_by("label", "pk")}
        numbers = StoredVersion.objects.using(alias).order_by("number")
        self._versions = dict(numbers.values_list("hash", "number"))

    def label(self, table: str, name: str) -> str:
        """Return the label of an entry of a table of the register."""
        found = None if self._register is None else getattr(self._register, table).get(name)
        return name if found is None else str(found.label[self._lang])

    def fields(self, category: str, names: Iterable[str]) -> list[str]:
        """Return the labels of fields of a category."""
        found = None if self._register is None else self._register.category.get(category)
        known = {} if found is None else found.fields
        return [known[name].label[self._lang] if name in known else name for name in names]

    def key(self, name: str) -> Key | None:
        """Return a key; None for none, and for one that is not there."""
        return self._keys.get(name)

    def version(self, version: str) -> int | None:
        """Return the number of a version by its hash: of the same text the newest."""
        return self._versions.get(version)

    def offered(self, query: Query) -> list[tuple[str, str, Pairs]]:
        """Return what can be chosen by each name; what was asked for stands there in any case."""
        found = []
        for name in FILTERS:
            pairs = self._keys_offered() if name == "key" else self._of_register(name)
            wanted = query.named[name]
            if wanted and wanted not in dict(pairs):
                pairs.append((wanted, self._called(name, wanted)))
            found.append((name, wanted, pairs))
        return found

    def sample(self) -> str:
        """Return a record that the policy in force lets in, as JSON; "" where it tells of none."""
        if self._register is None:
            return ""
        direct = {name for name, one in self._register.source.items() if one.kind == "direct"}
        for name, category in self._register.category.items():
            source = next((one for one in category.sources if one in direct), "")
            purpose = next((one for one in category.purposes if self._free(one, category)), "")
            if source and purpose:
                return _sample(name, category, purpose, source)
        return ""

    def _free(self, purpose: str, category: Category) -> bool:
        """Tell whether nobody's consent is asked for a use."""
        found = None if self._register is None else self._register.purpose.get(purpose)
        return found is not None and found.need == "none" and not category.sensitive

    def _of_register(self, table: str) -> Pairs:
        known = {} if self._register is None else getattr(self._register, table)
        return sorted(((name, self.label(table, name)) for name in known), key=lambda one: one[1])

    def _keys_offered(self) -> Pairs:
        return [
            (key.pk, f"{key.label} · {key.pk}")
            for key in self._keys.values()
            if HANDS_IN.intersection(key.scopes) and not key.test
        ]

    def _called(self, name: str, wanted: str) -> str:
        key = self._keys.get(wanted) if name == "key" else None
        return wanted if key is None else f"{key.label} · {key.pk}"


def _sample(name: str, category: Category, purpose: str, source: str) -> str:
    required = {of: field for of, field in category.fields.items() if field.required}
    filled: Mapping[str, Field] = required or dict([next(iter(category.fields.items()))])
    record = {
        "subject": "user-42",
        "new": True,
        "category": name,
        "purpose": purpose,
        "source": source,
        "fields": {of: _example(field) for of, field in filled.items()},
    }
    return json.format(json.encode(record), indent=0).decode()


def _example(field: Field) -> object:
    value = EXAMPLES[field.kind]
    return value[: field.max_length] if isinstance(value, str) else value
