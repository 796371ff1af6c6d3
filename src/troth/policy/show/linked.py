"""A version as JSON-LD in the terms of the W3C Data Privacy Vocabulary 2.3.

One `dpv:Process` a purpose (the name DPV 2.3 gives what was `dpv:PersonalDataHandling`). What DPV
has no term for (a statement's id, Fideslang keys) is under `troth:`, a tag URI nobody need resolve.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from troth.policy.document import Version
from troth.policy.register import Basis, Category, ConsentNeed, Purpose, Retention
from troth.policy.terms import NAMESPACES
from troth.policy.words import Text

CONTEXT: Final[Mapping[str, Any]] = {
    **NAMESPACES,
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "troth": "tag:troth,2026:register#",
    "hasProcess": {"@id": "dpv:hasProcess", "@type": "@id"},
    "hasPurpose": {"@id": "dpv:hasPurpose", "@type": "@id"},
    "hasPersonalData": {"@id": "dpv:hasPersonalData", "@type": "@id"},
    "hasLegalBasis": {"@id": "dpv:hasLegalBasis", "@type": "@id"},
    "hasRecipient": {"@id": "dpv:hasRecipient", "@type": "@id"},
    "hasDataController": {"@id": "dpv:hasDataController", "@type": "@id"},
    "hasDataSource": {"@id": "dpv:hasDataSource", "@type": "@id"},
    "hasStorageCondition": {"@id": "dpv:hasStorageCondition", "@type": "@id"},
    "hasRight": {"@id": "dpv:hasRight", "@type": "@id"},
    "statement": "troth:statement",
    "fideslang": "troth:fideslang",
}
BASES: Final[Mapping[Basis, str]] = {
    "consent": "dpv:Consent",
    "contract": "dpv:Contract",
    "legal-obligation": "dpv:LegalObligation",
    "legitimate-interest": "dpv:LegitimateInterest",
    "vital-interest": "dpv:VitalInterest",
    "public-task": "dpv:PublicInterest",
}
CONSENTS: Final[Mapping[ConsentNeed, str]] = {
    "none": "",
    "consent": "dpv:Consent",
    "separate": "dpv:ExplicitlyExpressedConsent",
}
SOURCES: Final[Mapping[str, str]] = {
    "direct": "dpv:DataSubjectDataSource",
    "usage": "dpv:DataSubjectDataSource",
    "public": "dpv:PublicDataSource",
    "commercial": "dpv:NonPublicDataSource",
}


def as_jsonld(version: Version) -> dict[str, Any]:
    """Return one JSON-LD document: who answers, each purpose's handling, the data, the rights."""
    register = version.register
    base = f"urn:sha256:{version.hash}"
    graph: list[dict[str, Any]] = [_controller(version, base)]
    graph += [_handling(version, base, *item) for item in register.purpose.items()]
    graph += [_data(base, *item) for item in register.category.items()]
    graph += [_retention(base, *item) for item in register.retention.items()]
    graph += [
        {**_entry(base, "source", name, s.label, s.statement), "@type": SOURCES[s.kind]}
        for name, s in register.source.items()
    ]
    for table, kind in (
        ("recipient", "dpv:Recipient"),
        ("processor", "dpv:DataProcessor"),
        ("right", "dpv:DataSubjectRight"),
    ):
        graph += [
            {**_entry(base, table, name, e.label, e.statement), "@type": kind}
            for name, e in getattr(register, table).items()
        ]
    return {"@context": dict(CONTEXT), "@id": base, "@graph": graph}


def _controller(version: Version, base: str) -> dict[str, Any]:
    register = version.register
    node: dict[str, Any] = {"@id": f"{base}#controller", "@type": "dpv:DataController"}
    if register.controller is not None:
        node["dpv:hasName"] = _words(register.controller.name)
        node["dpv:hasCountry"] = register.controller.country
        node["statement"] = register.controller.statement
    if register.contact is not None:
        node["dpv:hasContact"] = register.contact.email
    node["hasProcess"] = _refs(base, "handling", register.purpose)
    node["hasRight"] = _refs(base, "right", register.right)
    return node


def _handling(version: Version, base: str, name: str, purpose: Purpose) -> dict[str, Any]:
    register = version.register
    used = {k: c for k, c in register.category.items() if name in c.purposes}
    sources = sorted({s for c in used.values() for s in c.sources})
    kept = sorted({c.retention for c in used.values()})
    receivers = [
        f"{base}#{table}-{k}"
        for table in ("recipient", "processor")
        for k, r in getattr(register, table).items()
        if name in r.purposes
    ]
    return {
        **_entry(base, "handling", name, purpose.label, purpose.statement),
        "@type": "dpv:Process",
        "hasDataController": f"{base}#controller",
        "hasPurpose": list(purpose.dpv),
        "hasLegalBasis": sorted({BASES[purpose.basis], CONSENTS[purpose.consent]} - {""}),
        "hasPersonalData": _refs(base, "category", used),
        "hasDataSource": _refs(base, "source", sources),
        "hasStorageCondition": _refs(base, "retention", kept),
        "hasRecipient": receivers,
        "fideslang": list(purpose.fideslang),
    }


def _data(base: str, name: str, category: Category) -> dict[str, Any]:
    kind = "dpv:SensitivePersonalData" if category.sensitive else "dpv:PersonalData"
    if category.data_class == "not-personal":
        kind = "dpv:NonPersonalData"
    return {
        **_entry(base, "category", name, category.label, category.statement),
        "@type": [kind, *category.dpv],
        "hasStorageCondition": f"{base}#retention-{category.retention}",
        "fideslang": list(category.fideslang),
    }


def _retention(base: str, name: str, retention: Retention) -> dict[str, Any]:
    node = {
        **_entry(base, "retention", name, retention.label, retention.statement),
        "@type": "dpv:StorageDuration",
        "skos:note": _words(retention.start),
    }
    if retention.days is not None:
        node["dpv:hasDuration"] = {"@value": f"P{retention.days}D", "@type": "xsd:duration"}
    return node


def _entry(base: str, table: str, name: str, label: Text, statement: str) -> dict[str, Any]:
    return {
        "@id": f"{base}#{table}-{name}",
        "skos:prefLabel": _words(label),
        "statement": statement,
    }


def _words(text: Text) -> list[dict[str, str]]:
    return [
        {"@value": text.zh, "@language": "zh-Hans"},
        {"@value": text.en, "@language": "en"},
    ]


def _refs(base: str, table: str, names: Iterable[str]) -> list[str]:
    return [f"{base}#{table}-{name}" for name in names]
