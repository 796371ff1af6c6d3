"""Word marks: the same text twice, cut into words, and the runs that were deleted or inserted.

Latin words, numbers and link targets stay whole; Chinese is cut at each character and the runs
are joined again. The marks lose nothing: `same` and `deleted` runs joined are the old text,
`same` and `inserted` runs the new one.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from rapidfuzz.distance import LCSseq

from troth.policy.change import Mark

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN: Final = re.compile(
    r"\]\([^()\s]*\)"  # the target of a Markdown link
    r"|https?://[^\s<>()\[\]，。；）」]+"
    r"|\s+"
    r"|\d+(?:[.,:/-]\d+)*"
    rf"|[^\W\d_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*"
    r"|.",
    re.DOTALL,
)
_LINK: Final = re.compile(r"\]\((.*)\)|(https?://.*)", re.DOTALL)
_UNICODE_PUNCTUATION: Final = ("P", "Z", "C")
_MEANT_SIGNS: Final = frozenset("%‰@#&")
"""Signs that Unicode files under punctuation although they say something."""
_MARKUP: Final = frozenset("`~^")
"""Markdown signs that Unicode files under symbols."""


class Edit(Struct, frozen=True):
    """One run of tokens: equal in both texts, or replaced (either side may be empty)."""

    equal: bool
    old: tuple[str, ...]
    new: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Cut a text into words, numbers, link targets, white space and single characters."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=16_384)
def content(token: str) -> str:
    """Return what a token says, without case and width; "" for white space and punctuation.

    A link target says only where it leads: its host, or the address of a `mailto:`. So a link
    that moved within its own host says the same.
    """
    if link := _LINK.fullmatch(token):
        return "link:" + _destination(link[1] or link[2] or "")
    folded = unicodedata.normalize("NFKC", token).casefold().replace("’", "'").strip()
    if len(folded) != 1 or folded in _MEANT_SIGNS:
        return folded
    silent = folded in _MARKUP or unicodedata.category(folded)[0] in _UNICODE_PUNCTUATION
    return "" if silent else folded


def said(words: list[str]) -> list[str]:
    """Return what the tokens say, one after the other, passing over those that say nothing."""
    return [c for c in map(content, words) if c]


def edits(old: list[str], new: list[str]) -> list[Edit]:
    """Return the runs that turn the old tokens into the new ones (longest common subsequence)."""
    return [
        Edit(
            op.tag == "equal",
            tuple(old[op.src_start : op.src_end]),
            tuple(new[op.dest_start : op.dest_end]),
        )
        for op in _joined(LCSseq.opcodes(old, new))
    ]


def marks(old: list[str], new: list[str]) -> tuple[Mark, ...]:
    """Return the word marks that turn the old tokens into the new ones."""
    return tuple(_marks(edits(old, new)))


class _Op(Struct):
    tag: str
    src_start: int
    src_end: int
    dest_start: int
    dest_end: int


def _joined(opcodes: object) -> Iterator[_Op]:
    """Join neighbouring deletions and insertions into one replaced run."""
    last: _Op | None = None
    for tag, *ends in opcodes:  # type: ignore[attr-defined] # rapidfuzz gives an untyped sequence
        op = _Op("equal" if tag == "equal" else "edit", *ends)
        if last is not None and last.tag == op.tag:
            last = _Op(op.tag, last.src_start, op.src_end, last.dest_start, op.dest_end)
            continue
        if last is not None:
            yield last
        last = op
    if last is not None:
        yield last


def _marks(runs: list[Edit]) -> Iterator[Mark]:
    deleted: list[str] = []
    inserted: list[str] = []
    for i, run in enumerate(runs):
        inside = 0 < i < len(runs) - 1
        if run.equal and not (inside and _thin(run.old)):
            yield from _replaced(deleted, inserted)
            deleted, inserted = [], []
            yield Mark("same", "".join(run.old))
        else:
            deleted += run.old
            inserted += run.new
    yield from _replaced(deleted, inserted)


def _replaced(deleted: list[str], inserted: list[str]) -> Iterator[Mark]:
    if deleted:
        yield Mark("deleted", "".join(deleted))
    if inserted:
        yield Mark("inserted", "".join(inserted))


def _thin(run: tuple[str, ...]) -> bool:
    """Say whether a common run between two edits is too thin to be read: a space, one character."""
    return all(t.isspace() for t in run) or (len(run) == 1 and len(run[0]) == 1)


def _destination(target: str) -> str:
    if target.startswith(("mailto:", "tel:")):
        return target.casefold()
    try:
        host = urlsplit(target).hostname or ""
    except ValueError:  # no host can be read: only the very same target is the same
        return target
    return host.removeprefix("www.")
