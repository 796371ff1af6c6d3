"""Does each entry name a statement, and does something keep each promise?"""

from collections.abc import Iterator
from typing import Final

import msgspec

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.words import LANGS, StatementId, mark

GRAVE_KINDS: Final = frozenset({"promise", "right"})
"""Kinds that must be kept by something; a practice or definition that nothing keeps is a warning,
advice and headings need nothing."""
KEPT_KINDS: Final = GRAVE_KINDS | {"practice", "definition"}
REQUIRED: Final = ("controller", "contact", "notice", "cites", "right", "retention")
NAMED: Final = ("purpose", "category", "recipient")
"""Tables that may be empty, but only if policy.toml says so with an empty `[table]`."""


def required(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each part of the register that every policy presupposes and this one lacks."""
    for table in (*REQUIRED, *NAMED):
        if getattr(scope.register, table) or (scope.wrote(table) and table != "right"):
            continue
        mend = (
            mark("Add `[%(table)s]` empty if there is none, else one entry for each.")
            if table in NAMED
            else mark("Add it; the bundled policy has an example.")
        )
        yield finding(
            "T011",
            scope.of(table),
            mark("The register has no `%(table)s`, which every policy presupposes."),
            mend,
            table=table,
        )


def bindings(scope: Scope) -> Iterator[Diagnostic]:
    """Yield bindings of unknown or retired ids, unknown controls and dangling `closes`."""
    for id_, binding in scope.register.statement.items():
        stands = id_ in scope.statements
        if binding.kind == "retired":
            if stands:
                yield _reused(scope, StatementId(id_))
            continue
        if not stands:
            yield finding(
                "T201",
                scope.of(f"statement.{id_}", id_),
                mark("No line of the text has the id `%(id)s`."),
                mark('Mend the id; for one that is gone for good write `kind = "retired"`.'),
                id=id_,
            )
        yield from _controls(scope, f"statement.{id_}", binding.kept_by)
        for closing in binding.closes:
            if not scope.holds(closing):
                yield finding(
                    "T208",
                    scope.of(f"statement.{id_}.closes", closing),
                    mark("The register has no `%(closing)s` that could close a list."),
                    mark("Name a table (`cookie`) or an entry (`purpose.support`) that exists."),
                    closing=closing,
                )
    for name, obligation in scope.register.obligation.items():
        yield from _controls(scope, f"obligation.{name}", obligation.kept_by)


def _reused(scope: Scope, id_: StatementId) -> Diagnostic:
    phrase = next(scope.phrases[lang][id_] for lang in LANGS if id_ in scope.phrases[lang])
    return finding(
        "T205",
        scope.at(phrase),
        mark("The id `%(id)s` is retired and stands for another sentence of the past."),
        mark("Give this sentence a new id; proofs and links of the old one stay true."),
        id=id_,
    )


def _controls(scope: Scope, path: str, kept_by: tuple[str, ...]) -> Iterator[Diagnostic]:
    for control in kept_by:
        if control not in scope.controls:
            yield finding(
                "T207",
                scope.of(f"{path}.kept_by", control),
                mark("There is no control `%(control)s`."),
                mark("Use one of those `troth audit` lists, or mend the spelling."),
                control=control,
            )


def keepers(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each statement that nothing keeps."""
    for statement in scope.version.promises:
        if statement.kept_by or statement.kind not in KEPT_KINDS:
            continue
        phrase = next(
            scope.phrases[lang][statement.id]
            for lang in reversed(LANGS)
            if statement.id in scope.phrases[lang]
        )
        found = finding(
            "T206",
            scope.at(phrase),
            mark("Nothing keeps `%(id)s` (%(kind)s)."),
            mark('Add `kept_by = ["…"]` to [statement."%(id)s"] with the controls that prove it.'),
            id=statement.id,
            kind=statement.kind,
        )
        if statement.kind in GRAVE_KINDS:
            yield found
        else:
            yield msgspec.structs.replace(found, severity="warning")


def told(scope: Scope) -> Iterator[Diagnostic]:
    """Yield each entry told of by no sentence: the id does not exist, or is a heading's."""
    named = [(path, "statement", entry.statement) for path, entry in scope.tables.items()]
    if scope.register.cites is not None:
        cites = scope.register.cites
        named += [("cites", verb, getattr(cites, verb)) for verb in cites.__struct_fields__]
    for path, key, id_ in named:
        statement = scope.statements.get(id_)
        place = scope.of(f"{path}.{key}", id_)
        if not id_:
            continue  # T203 said so while reading
        if statement is None:
            yield finding(
                "T202",
                place,
                mark("`%(path)s` names the statement `%(id)s`, which does not exist."),
                mark("Name the sentence that tells of it, or write that sentence."),
                path=path,
                id=id_,
            )
        elif statement.kind == "heading":
            yield finding(
                "T204",
                place,
                mark("`%(path)s` is told of by `%(id)s`, which is only a heading or lead-in."),
                mark("Name a sentence; if this line promises something, give it a kind."),
                path=path,
                id=id_,
            )
