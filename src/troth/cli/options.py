"""Options every verb takes, given after the verb."""

from pathlib import Path
from typing import Annotated, Any

import typer

from troth.policy.words import mark

ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help=mark("A troth.toml to read."))
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help=mark("The data folder (default ./data).")),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", help=mark("postgresql://… instead of SQLite in --data.")
    ),
]
Policy = Annotated[
    Path | None, typer.Option("--policy", metavar="DIR", help=mark("The policy folder."))
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help=mark("A file of mode 0600 whose first line is the passphrase."),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=mark("Print JSON."))]


def flags(**given: Any) -> dict[str, Any]:
    """Return the options that were given, as `config.load` takes them."""
    return {name: value for name, value in given.items() if value is not None}
