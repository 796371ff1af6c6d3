"""The language a command speaks: `--lang`, else the environment, else English."""

import gettext
import os
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Final, get_args

import typer

import troth
from troth.policy.words import Lang, Translate, mark

VARIABLES: Final = ("TROTH_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as with gettext."""
OPTION: Final = "--lang"

GivenLanguage = Annotated[
    Lang | None, typer.Option(OPTION, help=mark("Language of what is printed (zh or en)."))
]


def language(given: Lang | None = None, environ: Mapping[str, str] | None = None) -> Lang:
    """Return the language to speak; `given` is what `--lang` says."""
    if given is not None:
        return given
    values = os.environ if environ is None else environ
    chosen = next((values[name] for name in VARIABLES if values.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def language_of(arguments: Sequence[str]) -> Lang:
    """Return the language to speak where the options are not parsed, or cannot be."""
    given: Lang | None = None
    for word, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        name, equals, value = word.partition("=")
        said = value if equals else following
        if name == OPTION:
            given = next((lang for lang in get_args(Lang) if lang == said), given)
    return language(given)


def translator(given: Lang | None = None) -> Translate:
    """Return the translation of every package's sentences; English is the sentence itself."""
    if language(given) == "en":
        return str
    catalogue = gettext.NullTranslations()
    for folder in sorted(Path(troth.__file__).parent.glob("*/locale")):
        found = gettext.translation("django", folder, ["zh_Hans"], fallback=True)
        found.add_fallback(catalogue)
        catalogue = found
    return catalogue.gettext
