"""`troth vault rotate`: another operator's key, or the next generation, as the server goes on."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.cli.progress import bar
from troth.policy.words import Message, mark
from troth.site import config as configuration
from troth.site.problem import CannotGoOnError


def rotate_command(
    to_file: Annotated[
        Path | None,
        typer.Option(
            "--to-file", metavar="FILE", help=mark("A file for the new key, made if need be.")
        ),
    ] = None,
    to_command: Annotated[
        str | None,
        typer.Option(
            "--to-command", metavar="COMMAND", help=mark("A command that prints the new key.")
        ),
    ] = None,
    to_env: Annotated[
        str | None,
        typer.Option("--to-env", metavar="NAME", help=mark("A variable that holds the new key.")),
    ] = None,
    *,
    generation: Annotated[
        bool, typer.Option("--generation", help=mark("Begin the next generation instead."))
    ] = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Wrap all keys by a new operator's key, or by a new generation key."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    given = [one for one in (to_file, to_command, to_env) if one is not None]
    if len(given) + generation > 1:
        raise CannotGoOnError(
            Message(mark("Name one of --to-file, --to-command, --to-env and --generation."))
        )
    from troth.site.boot import open_data  # noqa: PLC0415 - slow to import

    open_data(settings)
    from troth import vault  # noqa: PLC0415 - needs Django set up

    translate = translator(lang)
    try:
        with bar(mark("Wrapping keys"), translate) as progress:
            if generation:
                number = vault.rotate_generation(progress)
                said = Message(
                    mark("Generation %(number)s wraps all keys; older ones are destroyed."),
                    {"number": number},
                )
            else:
                said = _operator(to_file, to_command, to_env, progress)
    except vault.KeyStoreError as error:
        raise CannotGoOnError(error.message) from error
    sys.stdout.write(said.render(translate) + "\n")


def _operator(
    to_file: Path | None, to_command: str | None, to_env: str | None, progress: object
) -> Message:
    """Rotate, and say what is to be changed in the configuration."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.vault import source  # noqa: PLC0415 - the same
    from troth.vault.boxes import new_key  # noqa: PLC0415 - the same

    tell = progress if callable(progress) else None
    if to_command is not None:
        command = tuple(shlex.split(to_command))
        vault.rotate_operator_key(source.key_of_command(command), tell)
        setting = f"operator_key_command = {list(command)}".replace("'", '"')
    elif to_env is not None:
        vault.rotate_operator_key(source.key_of_variable(to_env), tell)
        setting = f"{source.VARIABLE}=${to_env}"
    elif to_file is not None:
        if not to_file.exists():
            source.write_key(to_file, source.OperatorKey(new_key()), only_if_new=True)
        vault.rotate_operator_key(source.read_key(to_file), tell)
        setting = f'operator_key_file = "{to_file.absolute()}"'
    else:
        vault.rotate_operator_key(None, tell)
        return Message(
            mark(
                "A new operator's key wraps all keys; the old one is destroyed. Keep a copy of the"
                " new one, and back up the keys now: older backups of them need the old one."
            )
        )
    return Message(
        mark("The new operator's key wraps all keys. Now set %(setting)s and restart."),
        {"setting": setting},
    )
