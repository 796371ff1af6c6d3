"""Terms of the vocabularies that say the same in every country: DPV 2.3 and Fideslang."""

from collections.abc import Mapping
from typing import Final

from troth.policy.vocabularies import (
    DPV_CLASSES,
    FIDESLANG_DATA_CATEGORIES,
    FIDESLANG_DATA_USES,
    PD_CLASSES,
)

__all__ = ["FIDESLANG_DATA_CATEGORIES", "FIDESLANG_DATA_USES", "NAMESPACES", "iri", "is_dpv"]

NAMESPACES: Final[Mapping[str, str]] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
}
_CLASSES: Final = {"dpv": DPV_CLASSES, "pd": PD_CLASSES}


def is_dpv(term: str) -> bool:
    """Tell whether DPV has the term: `dpv:AccountManagement`, `pd:EmailAddress`."""
    prefix, _, name = term.partition(":")
    return name in _CLASSES.get(prefix, frozenset())


def iri(term: str) -> str:
    """Return the address that names a DPV term; raises KeyError for another prefix."""
    prefix, _, name = term.partition(":")
    return f"{NAMESPACES[prefix]}{name}"
