"""How the command line speaks of what is wrong: one sentence, exit 2, no traceback."""

import sys
from collections.abc import Sequence
from typing import Final

from troth.cli.language import language_of, translator
from troth.policy.diagnostic import Diagnostic
from troth.policy.words import Translate
from troth.site.problem import CannotGoOnError, PolicyRefusedError

USAGE: Final = 2


def explain(error: CannotGoOnError, arguments: Sequence[str]) -> int:
    """Print the error to standard error in the language asked for; return the exit status."""
    translate = translator(language_of(arguments))
    if isinstance(error, PolicyRefusedError):
        sys.stderr.writelines(f"{_line(found, translate)}\n" for found in error.diagnostics)
    sys.stderr.write(f"troth: {error.message.render(translate)}\n")
    return USAGE


def _line(found: Diagnostic, translate: Translate) -> str:
    """Return a finding on one line, as compilers do: place, severity, code, reason, mend."""
    place = ":".join(str(part) for part in (found.file, found.line, found.column) if part)
    said = f"{found.severity} {found.code}: {found.message.render(translate)}"
    return f"{place}: {said} {found.mend.render(translate)}" if place else f"{said}"
