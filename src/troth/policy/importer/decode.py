"""From the bytes of an input file to text, or one sentence why not."""

import re
from typing import Final, Literal

from troth.policy.importer.refusal import ImportRefusedError
from troth.policy.words import Message, mark

Format = Literal["text", "markdown", "html"]

LIMIT_BYTES: Final = 50_000_000
_SUFFIXES: Final[dict[str, Format]] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mkd": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
}
_HTML: Final = re.compile(
    r"^\s*(?:<!doctype html|<html[\s>])|</(?:p|div|h[1-6]|li)>", re.IGNORECASE
)
_MARKDOWN: Final = re.compile(r"^#{1,6} \S|^(?:=|-){3,}$|\]\(https?://", re.MULTILINE)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"


def decode(name: str, data: bytes) -> str:
    """Return the text of a file, with plain line feeds and without a byte order mark.

    Raises `ImportRefusedError` if it is empty, over 50 MB, binary or not UTF-8.
    """
    if len(data) > LIMIT_BYTES:
        raise ImportRefusedError(
            Message(
                mark("%(file)s is larger than 50 MB; a policy is text: give the text alone."),
                {"file": name},
            )
        )
    if data.startswith(_UTF16):
        raise ImportRefusedError(
            Message(
                mark(
                    "%(file)s is UTF-16; save it as UTF-8"
                    " (iconv -f UTF-16 -t UTF-8 %(file)s > new.txt)."
                ),
                {"file": name},
            )
        )
    if b"\0" in data:
        raise ImportRefusedError(
            Message(
                mark(
                    "%(file)s is a binary file (byte 0 at offset %(offset)s); give plain text,"
                    " Markdown or HTML."
                ),
                {"file": name, "offset": data.index(b"\0")},
            )
        )
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(
            name, data, error.start + len(data) - len(data.removeprefix(_BOM))
        ) from None
    if not text.strip():
        raise ImportRefusedError(
            Message(mark("%(file)s is empty; give a file with the policy's text."), {"file": name})
        )
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")


def _not_utf8(name: str, data: bytes, offset: int) -> ImportRefusedError:
    return ImportRefusedError(
        Message(
            mark(
                "%(file)s is not UTF-8: byte 0x%(byte)s at offset %(offset)s, line %(line)s;"
                " save it as UTF-8 (iconv -f GB18030 -t UTF-8, if it is Chinese)."
            ),
            {
                "file": name,
                "byte": f"{data[offset]:02x}",
                "offset": offset,
                "line": data.count(b"\n", 0, offset) + 1,
            },
        )
    )


def format_of(name: str, text: str) -> Format:
    """Return the format by the name's ending, else by what the text looks like."""
    known = _SUFFIXES.get(name[name.rfind(".") :].lower())
    if known is not None:
        return known
    if _HTML.search(text[:5000]):
        return "html"
    return "markdown" if _MARKDOWN.search(text[:20000]) else "text"
