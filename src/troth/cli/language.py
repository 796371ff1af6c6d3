"""The language a command speaks: `--lang`, else the environment, else English."""

import os
from collections.abc import Mapping
from typing import Annotated, Final

import typer

from troth.cli import problems
from troth.policy.words import Lang, Translate

VARIABLES: Final = ("TROTH_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as with gettext."""

GivenLanguage = Annotated[
    Lang | None, typer.Option("--lang", help="Language of what is printed (zh or en).")
]


def language(given: Lang | None = None, environ: Mapping[str, str] | None = None) -> Lang:
    """Return the language to speak; `given` is what `--lang` says."""
    if given is not None:
        return given
    values = os.environ if environ is None else environ
    chosen = next((values[name] for name in VARIABLES if values.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def translator(given: Lang | None = None) -> Translate:
    """Return the translation of every package's sentences into the language to speak."""
    return problems.translator(language(given))
