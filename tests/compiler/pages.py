"""The pages of docs/diagnostics: their examples as policy folders."""

import re
from pathlib import Path
from typing import Final

import msgspec

from tests.compiler.base import EN, REGISTER, ZH, patch_text, patch_toml, without_table
from troth.policy.surface import Surface

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
CODES: Final = tuple(sorted(page.stem for page in FOLDER.glob("T*.md")))
_BLOCK: Final = re.compile(r"^```(\w+) ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(msgspec.Struct, frozen=True):
    """A folder's files and the surface of the server that serves it."""

    files: dict[str, bytes]
    surface: Surface | None = None


def examples(code: str) -> tuple[Example, Example]:
    """Return the wrong and the mended example of a page."""
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    wrong, mended = text.split("## Wrong", 1)[1].split("## Mended", 1)
    return _example(wrong), _example(mended)


def _example(section: str) -> Example:
    files = {"en.md": EN.encode(), "zh.md": ZH.encode(), "policy.toml": REGISTER.encode()}
    surface = None
    for _, info, content in _BLOCK.findall(section):
        name, _, how = info.partition(" ")
        if name == "surface":
            surface = msgspec.json.decode(content, type=Surface)
        elif how == "absent":
            del files[name]
        else:
            files[name] = _patched(name, how, files[name].decode(), content)
    return Example(files, surface)


def _patched(name: str, how: str, text: str, content: str) -> bytes:
    if how == "bytes":
        return bytes.fromhex(content)
    if how == "whole":
        return content.encode()
    if how.startswith("without "):
        return without_table(text, how.removeprefix("without ")).encode()
    if name == "policy.toml":
        return patch_toml(text, content).encode()
    return patch_text(text, content).encode()
