"""From bytes to text: which files make a version, and whether they can be read at all."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.words import LANGS, Lang, mark

REGISTER_FILE: Final = "policy.toml"
LANG_FILES: Final[Mapping[Lang, str]] = {lang: f"{lang}.md" for lang in LANGS}
FILE_NAMES: Final = tuple(sorted((*LANG_FILES.values(), REGISTER_FILE)))
"""The files of a version; others in the folder (a README) are no part of it."""

TOML_PLACE: Final = "(at line "


def decode(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text of each file of the version, by name.

    Raises UnreadablePolicyError naming every file that is missing, empty or not text.
    """
    sources: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for name in FILE_NAMES:
        content = files.get(name)
        if content is None:
            faults.append(_missing(name))
            continue
        text = _text(name, content, faults)
        if text is not None:
            sources[name] = text
    if faults:
        raise UnreadablePolicyError(tuple(faults))
    return sources


def _missing(name: str) -> Diagnostic:
    return finding(
        "T001",
        Place(name),
        mark("The policy has no file %(file)s."),
        mark("Add %(file)s to the folder; `troth policy import` makes all three files."),
        file=name,
    )


def _text(name: str, content: bytes, faults: list[Diagnostic]) -> str | None:
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.append(_not_text(name, line, f"0x{content[error.start]:02x}"))
        return None
    if "\0" in text:
        faults.append(_not_text(name, text.count("\n", 0, text.index("\0")) + 1, "0x00"))
        return None
    if not text.strip():
        faults.append(
            finding(
                "T003",
                Place(name),
                mark("%(file)s is empty."),
                mark("Write the policy into it, or make it with `troth policy import`."),
                file=name,
            )
        )
        return None
    return text


def _not_text(name: str, line: int, byte: str) -> Diagnostic:
    return finding(
        "T002",
        Place(name, line),
        mark("%(file)s is not UTF-8 text: the byte %(byte)s in line %(line)s is none."),
        mark("Save the file as UTF-8 text."),
        file=name,
        line=line,
        byte=byte,
    )


def parse_toml(source: str) -> dict[str, Any]:
    """Return the tables of policy.toml; raises UnreadablePolicyError when it is not TOML."""
    try:
        return tomllib.loads(source)
    except RecursionError:
        why, line, column = "nested too deeply", 0, 0
    except ValueError as error:  # TOMLDecodeError, or a number or date that cannot be
        why, _, place = str(error).partition(TOML_PLACE)
        numbers = [int(digits) for digits in re.findall(r"\d+", place)]
        line, column = (numbers[0], numbers[1]) if len(numbers) > 1 else (0, 0)
    if not line and "end of document" in why:
        line = source.rstrip("\n").count("\n") + 1
    fault = finding(
        "T004",
        Place(REGISTER_FILE, line, column, column + 1 if column else 0),
        mark("policy.toml is not TOML: %(why)s."),
        mark("Mend the line; TOML's rules are at https://toml.io."),
        why=why.strip().rstrip("."),
    )
    raise UnreadablePolicyError((fault,))
