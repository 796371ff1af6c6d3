"""What stands in the text by accident of copying; the importer's own finder looks for it."""

from collections.abc import Iterator, Mapping
from typing import Final

from troth.policy.check.scope import Scope
from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.importer.noise import NoiseKind, clean
from troth.policy.reader.files import LANG_FILES
from troth.policy.words import LANGS, mark

WHAT: Final[Mapping[NoiseKind, str]] = {
    "foreign-character": mark("“%(text)s” belongs to no word here."),
    "broken-tag": mark("“%(text)s” is a broken tag."),
    "invisible": mark("An invisible character (%(signs)s) stands here."),
    "unreadable": mark("A character was lost here: “%(text)s” stands for what could not be read."),
    "mojibake": mark("“%(text)s” was decoded as the wrong character set."),
    "doubled": mark("This line says the same as the one before."),
}


def noise(scope: Scope) -> Iterator[Diagnostic]:
    """Yield foreign characters, broken tags, invisible signs, mojibake and doubled lines."""
    for lang in LANGS:
        file = LANG_FILES[lang]
        _, found = clean("\n".join(scope.raw[file]), file, markup=True, keep=True)
        for one in found:
            place = Place(file, one.line, one.column, one.column + max(len(one.text), 1))
            signs = " ".join(f"U+{ord(c):04X}" for c in one.text)
            yield _told(one.kind, place, text=one.text, signs=signs)
        before = ""
        for phrase in scope.phrases[lang].values():
            if phrase.text and phrase.text == before:
                yield _told("doubled", scope.at(phrase))
            before = phrase.text


def _told(kind: NoiseKind, place: Place, **values: str) -> Diagnostic:
    return finding(
        "T112", place, WHAT[kind], mark("Take it out, or write what was meant."), **values
    )
