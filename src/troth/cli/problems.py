"""How the command line speaks of what is wrong: one sentence, exit 2, no traceback."""

import gettext
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import troth
from troth.policy.diagnostic import Diagnostic
from troth.policy.words import Lang, Translate
from troth.site.problem import CannotGoOnError, PolicyRefusedError

USAGE: Final = 2


def translator(lang: Lang) -> Translate:
    """Return the translation of every package's sentences; English is the sentence itself."""
    if lang == "en":
        return str
    catalogue = gettext.NullTranslations()
    for folder in sorted(Path(troth.__file__).parent.glob("*/locale")):
        found = gettext.translation("django", folder, ["zh_Hans"], fallback=True)
        found.add_fallback(catalogue)
        catalogue = found
    return catalogue.gettext


def explain(error: CannotGoOnError, arguments: Sequence[str]) -> int:
    """Print the error to standard error in the language asked for; return the exit status."""
    translate = translator(_language_of(arguments))
    if isinstance(error, PolicyRefusedError):
        sys.stderr.writelines(f"{_line(found, translate)}\n" for found in error.diagnostics)
    sys.stderr.write(f"troth: {error.message.render(translate)}\n")
    return USAGE


def _language_of(arguments: Sequence[str]) -> Lang:
    """Find `--lang zh` where the error came before the options were parsed."""
    joined = " ".join(arguments).replace("--lang=", "--lang ")
    return "zh" if "--lang zh" in joined else "en"


def _line(found: Diagnostic, translate: Translate) -> str:
    """Return a finding on one line, as compilers do: place, severity, code, reason, mend."""
    place = ":".join(str(part) for part in (found.file, found.line, found.column) if part)
    said = f"{found.severity} {found.code}: {found.message.render(translate)}"
    return f"{place}: {said} {found.mend.render(translate)}" if place else f"{said}"
