"""The printed number or letter at the head of a heading or a list item: `2.`, `3.1`, `（一）`."""

import re
from typing import Final

_HAN: Final = "零〇一二三四五六七八九十百两"
_NUMBER: Final = r"[0-9０-９]{1,3}"
_ROMAN: Final = r"(?:[ivx]{1,6}|[IVX]{1,6})"
_MARK: Final = re.compile(
    rf"""
    (?P<mark>
        第[{_HAN}0-9０-９]+(?:章|节|条|款|篇|部分)(?=[\s:：、.]|$)[:：、.]?
      | [{_HAN}]{{1,4}}[、.．](?=\S|\s|$)
      | [（(](?:[{_HAN}]{{1,4}}|{_NUMBER}|[A-Za-z]|{_ROMAN})[）)]
      | {_NUMBER}(?:[.．]{_NUMBER}){{1,4}}(?:[.．、](?![0-9])|(?=\s|[\u3400-\u9fff]|$))
      | {_NUMBER}(?:[.．](?=\s|[\u3400-\u9fff“《「【]|$)|、|[)）](?=\s|[\u3400-\u9fff]|$))
      | (?:[A-Za-z]|{_ROMAN})(?:[.)）](?=\s|$)|、)
      | (?:Section|Article|Chapter|Part)\s+(?:{_NUMBER}(?:\.{_NUMBER})*|{_ROMAN})(?=[\s.:]|$)[.:]?
      | [①-⑳]
    )
    (?P<gap>\s*)
    """,
    re.VERBOSE,
)
# A decimal before a unit or a lower-case word is a quantity: `3.5 million`, `1.5 亿`.
_QUANTITY: Final = re.compile(
    r"[0-9０-９]+[.．][0-9０-９]+\s*"
    r"(?:[a-z%％‰°]|[万亿个元岁年月天日倍次名位条种份分秒](?![、，]))"
)


def split_mark(text: str) -> tuple[str, str]:
    """Return (mark, rest): the printed number at the head of a text, and the text without it.

    `2. How`, `3.1 获得`, `(a) x`, `（一）x`, `一、x`, `第三条 x`, `①x` have a mark; `3.5 million`
    and `第三方` have none ("" and the text unchanged). A text that is nothing but a mark keeps it
    as text.
    """
    found = _MARK.match(text)
    if found is None or found.end() == len(text) or _QUANTITY.match(text):
        return "", text
    return found["mark"], text[found.end() :]
