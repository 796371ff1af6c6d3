"""What the law and the policy's own words demand of entries: consent, withdrawal, permission."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.register import Basis, Category, Source
from troth.policy.words import Text, mark

FREE_OF_SEPARATE_CONSENT: Final[frozenset[Basis]] = frozenset(
    {"legal-obligation", "vital-interest", "public-task"}
)
THIRD_PARTY: Final = frozenset({"public", "commercial"})


def purposes(scope: Scope) -> Iterator[Diagnostic]:
    """Yield consents that can't be withdrawn (GDPR 7(3), PIPL 15) or contradict their basis."""
    for id_, purpose in scope.register.purpose.items():
        if (purpose.consent == "none") == (purpose.basis == "consent"):
            yield finding(
                "T305",
                scope.of(f"purpose.{id_}.basis"),
                mark("purpose.%(id)s has the basis %(basis)s and asks for consent: %(consent)s."),
                mark(
                    'With `basis = "consent"` write `consent = "consent"` or "separate";'
                    ' with any other basis `consent = "none"`.'
                ),
                id=id_,
                basis=purpose.basis,
                consent=purpose.consent,
            )
        asks = purpose.consent != "none" or purpose.basis == "consent"
        if asks and not _says(purpose.withdraw):
            yield finding(
                "T304",
                scope.of(f"purpose.{id_}"),
                mark("purpose.%(id)s rests on consent and does not say how to withdraw it."),
                mark("Add `withdraw` in each language: as easy as giving it (GDPR 7(3), PIPL 15)."),
                id=id_,
            )


def categories(scope: Scope) -> Iterator[Diagnostic]:
    """Yield fields that say too little, combinations that don't fit, sensitive data in the open."""
    for id_, category in scope.register.category.items():
        yield from _without(scope, id_, category)
        yield from _combinations(scope, id_, category)
        if category.sensitive:
            yield from _sensitive(scope, id_, category)


def _without(scope: Scope, id_: str, category: Category) -> Iterator[Diagnostic]:
    for name, field in category.fields.items():
        if _says(field.without):
            continue
        found = finding(
            "T307",
            scope.of(f"category.{id_}.fields.{name}"),
            mark("category.%(id)s.fields.%(name)s does not say what happens without it."),
            mark("Add `without` in each language."),
            id=id_,
            name=name,
        )
        yield found if field.required else msgspec.structs.replace(found, severity="warning")


def _combinations(scope: Scope, id_: str, category: Category) -> Iterator[Diagnostic]:
    for together in category.combinations:
        for name in together:
            field = category.fields.get(name)
            if field is None:
                why = mark("A combination of category.%(id)s names `%(name)s`, which is no field.")
            elif (field.data_class or category.data_class) != "linkable":
                why = mark(
                    "A combination of category.%(id)s names `%(name)s`, which is not linkable."
                )
            else:
                continue
            yield finding(
                "T309",
                scope.of(f"category.{id_}.combinations", name),
                why,
                mark("Name linkable fields of the category only."),
                id=id_,
                name=name,
            )
        if len(set(together)) < 2:  # noqa: PLR2004 - one field is no combination
            yield finding(
                "T309",
                scope.of(f"category.{id_}.combinations"),
                mark("A combination of category.%(id)s holds fewer than two fields."),
                mark("Name the fields that identify together, or class the one `personal`."),
                id=id_,
            )


def _sensitive(scope: Scope, id_: str, category: Category) -> Iterator[Diagnostic]:
    """Yield uses of sensitive data without separate consent (PIPL 29; GDPR 9(2)(a))."""
    for name in category.purposes:
        purpose = scope.register.purpose.get(name)
        if purpose is None or purpose.consent == "separate":
            continue
        if purpose.basis not in FREE_OF_SEPARATE_CONSENT:
            yield finding(
                "T308",
                scope.of(f"category.{id_}.purposes", name),
                mark("category.%(id)s is sensitive; purpose.%(name)s asks no separate consent."),
                mark('Write `consent = "separate"` for the purpose, or strike it here.'),
                id=id_,
                name=name,
            )


def outsiders(scope: Scope) -> Iterator[Diagnostic]:
    """Yield half-permitted sources, and recipients called minor without a reason."""
    for id_, source in scope.register.source.items():
        lacks = _lacking(source)
        if source.kind in THIRD_PARTY and lacks:
            yield finding(
                "T310",
                scope.of(f"source.{id_}"),
                mark("source.%(id)s lacks: %(lacks)s."),
                mark(
                    "Record the permission for each place, the licence or contract, and the day of"
                    " review. A source with none of them lets nothing in."
                ),
                id=id_,
                lacks=", ".join(lacks),
            )
    for id_, recipient in scope.register.recipient.items():
        if not recipient.main and not _says(recipient.why_not_main):
            yield finding(
                "T311",
                scope.of(f"recipient.{id_}.main"),
                mark("recipient.%(id)s is not main, and the register does not say why."),
                mark("Add `why_not_main` in each language, or strike `main = false`."),
                id=id_,
            )


def _lacking(source: Source) -> list[str]:
    """Return what a source lacks; nothing if it has all, or none at all (it then stays shut)."""
    parts: Mapping[str, bool] = {
        "permissions": any(_says(text) for text in source.permissions.values()),
        "licence": _says(source.licence),
        "review": source.review is not None,
    }
    return [name for name, given in parts.items() if not given] if any(parts.values()) else []


def _says(text: Text | None) -> bool:
    return text is not None and bool(text.zh.strip() and text.en.strip())
