"""How the command line speaks of what is wrong: one sentence, exit 2, no traceback."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from troth.cli.language import language_of, translator
from troth.cli.shown import shown
from troth.policy.diagnostic import Diagnostic
from troth.policy.words import Message, Translate, mark
from troth.site.problem import CannotGoOnError, PolicyRefusedError

USAGE: Final = 2


def explain(error: CannotGoOnError, arguments: Sequence[str]) -> int:
    """Print the error to standard error in the language asked for; return the exit status."""
    translate = translator(language_of(arguments))
    lines = [f"troth: {error.message.render(translate)}"]
    if isinstance(error, PolicyRefusedError):
        folder = _shown(str(error.folder))
        errors = [found for found in error.diagnostics if found.severity == "error"]
        all_of_it = Message(mark("`troth policy check %(folder)s` shows all."), {"folder": folder})
        lines = [_line(found, folder, translate) for found in errors] + lines
        lines.append(all_of_it.render(translate))
    sys.stderr.writelines(f"{shown(line)}\n" for line in "\n".join(lines).split("\n"))
    return USAGE


def _shown(folder: str) -> str:
    """Return a folder as it is reached from here, so that a terminal can open its files."""
    near = os.path.relpath(folder)
    return folder if near.startswith(os.pardir) else near


def _line(found: Diagnostic, folder: str, translate: Translate) -> str:
    """Return a finding on one line, as compilers do: place, severity, code, reason, mend."""
    file = os.path.join(folder, found.file) if found.file else folder  # noqa: PTH118 - a text
    place = ":".join(str(part) for part in (file, found.line, found.column) if part)
    said = found.message.render(translate)
    severity = translate(mark("error"))
    return f"{place}: {severity} {found.code}: {said} {found.mend.render(translate)}"
