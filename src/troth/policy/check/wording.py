"""Words that mislead: several names for one thing, lists without an end, places left open."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from troth.policy.check.scope import FILL, Phrase, Scope
from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.reader.files import REGISTER_FILE
from troth.policy.words import LANGS, Lang, mark

FAMILIES: Final[Mapping[Lang, tuple[tuple[str, ...], ...]]] = {
    "zh": (
        ("个人数据", "个人信息", "个人资料", "用户信息", "用户数据", "用户资料"),
        ("隐私政策", "隐私声明", "隐私权政策", "隐私条款", "隐私通知"),
    ),
    "en": (
        (
            "personal data",
            "personal information",
            "personally identifiable information",
            "user information",
            "user data",
        ),
        ("privacy policy", "privacy notice", "privacy statement"),
    ),
}
"""Names that laws and companies use for one thing."""

OPEN_ENDED: Final[Mapping[Lang, re.Pattern[str]]] = {
    "zh": re.compile(
        r"包括但不限于|例如|比如|譬如|诸如|包括|及其他|或其他"
        r"|(?<![平同相对高中初优均上下])等(?![级待于同候额效分价量])"
    ),
    "en": re.compile(
        r"\b(?:not limited to|such as|for example|for instance|including|includes?"
        r"|among others|and so on|and the like|or other|etc\b|e\.g\.)",
        re.IGNORECASE,
    ),
}
_STRING: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")


def wavering(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each further name for one thing, unless a reading names them together."""
    for lang in LANGS:
        readings = [b.reading[lang].lower() for b in scope.register.statement.values() if b.reading]
        for family in FAMILIES[lang]:
            first = _first_uses(scope, lang, family)
            if len(first) < 2 or any(all(name in r for name in first) for r in readings):  # noqa: PLR2004 - one name can't waver
                continue
            (own, _), *others = first.items()
            for name, (phrase, start) in others:
                yield finding(
                    "T110",
                    scope.at(phrase, start, start + len(name)),
                    mark("“%(name)s” here, “%(own)s” before: one thing, or two?"),
                    mark(
                        "Use one name, or add a `reading` to the sentence that defines it,"
                        " naming each of them."
                    ),
                    name=name,
                    own=own,
                )


def _first_uses(
    scope: Scope, lang: Lang, family: tuple[str, ...]
) -> Mapping[str, tuple[Phrase, int]]:
    """Return where each name of a family is used first, in order of reading."""
    found: dict[str, tuple[Phrase, int]] = {}
    for phrase in scope.phrases[lang].values():
        folded = phrase.text.lower()
        uses = [(folded.find(name), name) for name in family if name not in found]
        for start, name in sorted(use for use in uses if use[0] >= 0):
            found[name] = (phrase, start)
        if len(found) == len(family):
            break
    return found


def open_ended(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each statement with a word that leaves a list open and no `closes` that ends it."""
    for statement in scope.version.promises:
        binding = scope.register.statement.get(statement.id)
        if binding is not None and binding.closes:
            continue
        for lang in reversed(LANGS):
            phrase = scope.phrases[lang].get(statement.id)
            word = OPEN_ENDED[lang].search(phrase.text) if phrase else None
            if phrase and word:
                yield finding(
                    "T111",
                    scope.at(phrase, *word.span()),
                    mark("“%(word)s” leaves `%(id)s` open, and nothing in the register closes it."),
                    mark(
                        'Name what does in [statement."%(id)s"]: `closes = ["category"]`,'
                        " with the paths of the register that list all there is."
                    ),
                    word=word.group(),
                    id=statement.id,
                )
                break


def placeholders(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each place that only the operator can fill and has not."""
    for name, lines in scope.raw.items():
        for at, raw in enumerate(lines, 1):
            if "{fill:" not in raw:
                continue
            for start, text in _texts(name, raw):
                for found in FILL.finditer(text):
                    yield finding(
                        "T113",
                        Place(name, at, start + found.start() + 1, start + found.end() + 1),
                        mark("Still to be filled: %(what)s."),
                        mark("Write it in place of the braces and all between them."),
                        what=found[1].strip(),
                    )


def _texts(name: str, raw: str) -> Iterator[tuple[int, str]]:
    """Yield what of a line is text and no comment, with its column."""
    if name != REGISTER_FILE:
        yield 0, raw
        return
    for found in _STRING.finditer(raw):
        if not found.group().startswith("#"):
            yield found.start(), found.group()
