"""A policy as a readable outline: its statements with kinds and keepers, and what is registered."""

from collections.abc import Iterator, Mapping
from typing import Final

from troth.policy.document import Kind, Line, Statement, Version
from troth.policy.read import plain
from troth.policy.register import Register
from troth.policy.words import Lang, Message, Translate, mark

KINDS: Final[Mapping[Kind, str]] = {
    "promise": mark("promise"),
    "practice": mark("practice"),
    "right": mark("right"),
    "definition": mark("definition"),
    "advice": mark("advice"),
    "heading": mark("heading"),
}


def as_outline(version: Version, lang: Lang, translate: Translate) -> str:
    """Return the outline in one language."""
    lines = {line.id: line for line in version.lines[lang]}
    head = Message(
        mark("Policy version %(hash)s: %(count)s statements."),
        {"hash": version.hash, "count": len(version.promises)},
    )
    parts = [head.render(translate)]
    for statement in version.statements:
        parts += _statement(statement, lines.get(statement.id), lang, translate)
    parts += ["", translate(mark("The register:")), *_register(version.register, lang)]
    return "\n".join(parts) + "\n"


def _statement(
    statement: Statement, line: Line | None, lang: Lang, translate: Translate
) -> Iterator[str]:
    if line is None:
        return
    label = "" if line.mark in {"", "-"} else f"{line.mark} "
    text = f"{label}{plain(line.text)}"
    if statement.kind == "heading":
        yield ""
        yield f"{'#' * line.level} {text}".strip() + f"  [{statement.id}]"
        return
    kept_by = ", ".join(statement.kept_by) or "–"
    yield f"  {text}"
    yield f"      [{statement.id}] {translate(KINDS[statement.kind])} · {kept_by}"
    if statement.reading is not None:
        yield f"      → {statement.reading[lang]}"


def _register(register: Register, lang: Lang) -> Iterator[str]:
    if register.controller is not None:
        yield f"  controller: {register.controller.name[lang]}"
    if register.contact is not None:
        yield f"  contact: {register.contact.department[lang]}, {register.contact.email}"
    for table in Register.__struct_fields__:
        entries = getattr(register, table)
        if isinstance(entries, Mapping) and table != "statement":
            yield f"  {table}: {len(entries)}"
            yield from (f"      {id_}: {entry.label[lang]}" for id_, entry in entries.items())
