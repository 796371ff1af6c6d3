"""Do the terms of DPV and Fideslang exist?"""

from collections.abc import Iterator

from troth.policy import terms
from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.words import mark


def vocabulary(scope: Scope) -> Iterator[Diagnostic]:
    """Yield terms that the vocabulary the key names does not have."""
    for table, known in (
        ("purpose", terms.FIDESLANG_DATA_USES),
        ("category", terms.FIDESLANG_DATA_CATEGORIES),
    ):
        for id_, entry in getattr(scope.register, table).items():
            for term in entry.dpv:
                if not terms.is_dpv(term):
                    yield _unknown(scope, f"{table}.{id_}.dpv", term, "DPV 2.3")
            for term in entry.fideslang:
                if term not in known:
                    yield _unknown(scope, f"{table}.{id_}.fideslang", term, "Fideslang 3.1")


def _unknown(scope: Scope, path: str, term: str, of: str) -> Diagnostic:
    return finding(
        "T306",
        scope.of(path, term),
        mark("%(vocabulary)s has no term `%(term)s` that fits `%(path)s`."),
        mark(
            "Mend the spelling; DPV terms start in `dpv:` or `pd:`, purposes take Fideslang's"
            " data uses, categories its data categories."
        ),
        vocabulary=of,
        term=term,
        path=path,
    )
