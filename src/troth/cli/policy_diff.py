"""`troth policy diff`: what differs between two versions, and what the difference demands."""

import sys
from typing import Annotated, Final, Literal

import typer
from rich.console import Console

from troth.cli.changes import machine, text
from troth.cli.changes.sides import sides
from troth.cli.language import GivenLanguage, language, translator
from troth.cli.options import AsJson
from troth.policy.diff import diff, needs_nothing
from troth.policy.words import mark

Format = Literal["text", "json", "sarif", "github"]
DEMANDS_SOMETHING: Final = 1


def diff_command(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help=mark("A folder, REVISION:FOLDER, or REVISION."))
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help=mark("A folder, REVISION:FOLDER, or REVISION."))
    ],
    *,
    output: Annotated[
        Format, typer.Option("--format", help=mark("How the changes are printed."))
    ] = "text",
    as_json: AsJson = False,
    lang: GivenLanguage = None,
) -> None:
    """Show what changed from OLD to NEW, sentence by sentence and entry by entry."""
    spoken = language(lang)
    translate = translator(spoken)
    before, after = sides(old, new)
    changes = diff(before.version, after.version)
    if as_json or output == "json":
        sys.stdout.write(machine.as_json(changes, before, after, translator("zh")))
    elif output == "sarif":
        sys.stdout.write(machine.as_sarif(changes, before, after, translate))
    elif output == "github":
        sys.stdout.write(machine.as_github(changes, before, after, translate))
    else:
        text.write(changes, Console(highlight=False), translate)
    if not needs_nothing(changes):
        raise typer.Exit(DEMANDS_SOMETHING)
