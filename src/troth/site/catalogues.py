"""The Chinese catalogues: compiled at set-up, and checked to be complete.

`python -m troth.site.catalogues compile` writes the `.mo` of every package's `django.po`;
`… check` lists what is missing, fuzzy, unused or has other places than its English, and exits 1.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import troth

PACKAGES: Final = Path(troth.__file__).resolve().parent
LANGUAGE: Final = "zh_Hans"
PLACE: Final = re.compile(r"%\((\w+)\)|%[sd]|\{(\w*)\}")
KEYWORDS: Final[Mapping[str, tuple[int | tuple[int, str], ...] | None]] = {
    "mark": None,
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

MessageId = tuple[str, str]
"""The context ("" for none) and the English text, of a plural its singular."""


def catalogue_files() -> list[Path]:
    """Return every package's Chinese catalogue."""
    return sorted(PACKAGES.glob(f"*/locale/{LANGUAGE}/LC_MESSAGES/django.po"))


def compile_all() -> list[Path]:
    """Write the `.mo` beside each `.po` and return them; what is fuzzy is left out."""
    written = []
    for source in catalogue_files():
        content = BytesIO()
        write_mo(content, _read(source))
        target = source.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != content.getvalue():
            draft = target.with_suffix(".mo.new")
            draft.write_bytes(content.getvalue())
            draft.replace(target)
        written.append(target)
    return written


def faults() -> list[str]:
    """Return one line for each sentence of a package that its catalogue does not give in zh."""
    found: list[str] = []
    for package in sorted(p for p in PACKAGES.iterdir() if p.is_dir() and p.name[0] not in "._"):
        used = dict(_messages_of(package))
        source = package / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        catalogue = _read(source) if source.exists() else Catalog()
        entries = {_id_of(entry): entry for entry in catalogue if entry.id}
        for message, place in used.items():
            fault = _fault_of(entries.get(message))
            if fault:
                found.append(f"{place}: {fault}: {message[1]!r}")
        unused = [i for i in entries if i not in used]
        unused += [_id_of(entry) for entry in catalogue.obsolete.values()]
        found += [f"{source}: nothing says this any more: {m[1]!r}" for m in unused]
    return found


def _fault_of(entry: Message | None) -> str:
    if entry is None:
        return "not in the catalogue"
    if entry.fuzzy:
        return "fuzzy"
    said = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
    texts = [text for text in said if text]
    if not texts or len(texts) < len(said):
        return "not translated"
    allowed = [entry.id] if isinstance(entry.id, str) else list(entry.id)
    if not all(any(_places(text) == _places(one) for one in allowed) for text in texts):
        return "its places differ"
    return ""


def _places(text: str) -> set[str]:
    return {found.group() for found in PLACE.finditer(text.replace("%%", ""))}


def _read(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django")


def _id_of(entry: Message) -> MessageId:
    return (entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0])


def _messages_of(package: Path) -> Iterator[tuple[MessageId, str]]:
    """Yield each sentence of the package's Python and templates with its file and line."""
    for file in sorted(package.rglob("*")):
        inside = file.relative_to(package).parts
        if file.suffix == ".py" and "migrations" not in inside:
            source = file.read_bytes()
        elif file.suffix in {".html", ".txt", ".xml"} and "templates" in inside:
            source = templatize(file.read_text(), origin=str(file)).encode()
        else:
            continue
        for line, text, _comments, context in extract(
            "python", BytesIO(source), KEYWORDS, options={"encoding": "utf-8"}
        ):
            text_id = text if isinstance(text, str) else text[0]
            if text_id:
                yield (context or "", text_id), f"{file}:{line}"


def main(arguments: list[str]) -> int:
    """Run `compile` or `check`; 0 fine, 1 a fault, 2 usage."""
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments == ["check"]:
        found = faults()
        sys.stdout.writelines(f"{line}\n" for line in found)
        return 1 if found else 0
    sys.stderr.write("usage: python -m troth.site.catalogues compile|check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
