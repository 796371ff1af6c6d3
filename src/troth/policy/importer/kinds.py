"""What kind of statement a sentence looks like, by its verb: a proposal a person confirms."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from troth.policy.importer.pieces import Entry
from troth.policy.register import StatementKind

_DEFINITION: Final = re.compile(
    r"\b(?:refers? to|(?<!it )means?|is defined as|are defined as"
    r"|includes? but (?:is|are) not limited to"
    r"|include,? but (?:is|are) not limited to|including but not limited to:)"
    r"|是指|指的是|系指|包括但不限于",
    re.IGNORECASE,
)
_ADVICE: Final = re.compile(
    r"\b(?:we (?:\w+ly )?(?:recommend|advise|suggest|encourage)|please)\b"
    r"|我们建议|建议您|^请|，请|,请",
    re.IGNORECASE,
)
_PROMISE: Final = re.compile(
    r"\b(?:we|our \w+) (?:\w+ly )?(?:will|shall|must|should|do not|don't|only|never|commit"
    r"|undertake|promise|strictly|have established|protect|provide appropriate)\b"
    r"|(?:我们|本公司)[^，,。；;]{0,20}?(?:将|会|应|必须|仅|只|不会|不得|绝不|从不|承诺|严格|建立了)",
    re.IGNORECASE,
)
_POSSIBLE: Final = re.compile(r"\bwe may\b|我们可能", re.IGNORECASE)
_RIGHT: Final = re.compile(
    r"\byou (?:\w+ly )?(?:can|may|have the right|are entitled)\b(?! (?:need|be required|have to))"
    r"|\byour right to\b|您(?:也|还|随时)?(?:可以|可随时|有权|能够|可)(?!能)",
    re.IGNORECASE,
)
_LEAD_STANDS: Final = re.compile(
    r"\b(?:only|will|must|shall|should|never|not)\b|仅|只|将|应当|必须|不得|不会|不限于",
    re.IGNORECASE,
)


def kinds(entries: Iterable[Entry]) -> Iterator[StatementKind]:
    """Yield the kind of each entry; items without a verb of their own take their lead-in's."""
    inherited: StatementKind = "practice"
    for entry in entries:
        if entry.role == "heading" or _is_header_row(entry):
            kind: StatementKind = "heading"
            inherited = "practice"
        elif entry.leads:
            text = f"{entry.plain('en')}\n{entry.plain('zh')}"
            kind = _by_verb(text, "practice") if _LEAD_STANDS.search(text) else "heading"
            inherited = "practice" if kind in {"heading", "definition", "advice"} else kind
        else:
            if entry.role == "sentence":
                inherited = "practice"
            kind = _by_verb(f"{entry.plain('en')}\n{entry.plain('zh')}", inherited)
        yield kind


def _is_header_row(entry: Entry) -> bool:
    piece = entry.zh or entry.en
    return entry.role == "row" and piece is not None and piece.opens


def _by_verb(text: str, otherwise: StatementKind) -> StatementKind:
    if _DEFINITION.search(text):
        return "definition"
    if _ADVICE.search(text):
        return "advice"
    if _PROMISE.search(text) and not _POSSIBLE.search(text):
        return "promise"
    return "right" if _RIGHT.search(text) else otherwise
