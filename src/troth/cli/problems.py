"""How the command line speaks of what is wrong: one sentence, exit 2, no traceback."""

import gettext
import sys
from pathlib import Path
from typing import Final, NoReturn

import typer

import troth
from troth.policy.words import Lang, Message, Translate

FINDING: Final = 1
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


def fail(message: Message, lang: Lang) -> NoReturn:
    """Print the sentence to standard error and exit 2."""
    sys.stderr.write(f"troth: {message.render(translator(lang))}\n")
    raise typer.Exit(USAGE)
