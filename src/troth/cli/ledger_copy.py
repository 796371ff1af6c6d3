"""`troth ledger copy`: an auditor's copy, to be verified anywhere."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.cli.progress import bar
from troth.policy.words import Message, mark
from troth.site import config as configuration
from troth.site.ledgersource import data_source
from troth.site.problem import CannotGoOnError


def copy_command(
    folder: Annotated[Path, typer.Argument(help=mark("The folder to write."))],
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Write an auditor's copy."""
    source = data_source(
        configuration.load(options.flags(data=data, database=database, config=config))
    )
    from troth.ledger.actions import note_copy  # noqa: PLC0415 - needs Django set up
    from troth.ledger.copy import CopyRefusedError, admit_copy, write_copy  # noqa: PLC0415 - the same
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - the same
    from troth.store import Store, transact  # noqa: PLC0415 - the same
    from troth.vault import KeyStoreError  # noqa: PLC0415 - the same

    translate = translator(lang)
    try:
        admit_copy(source, folder.absolute())  # one that is refused is not entered
        transact(note_copy)
        integrate_all(Store())
        with bar(mark("Copying"), translate) as progress:
            entries = write_copy(source, folder.absolute(), progress)
    except (CopyRefusedError, KeyStoreError) as error:
        raise CannotGoOnError(error.message) from error
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(folder)s cannot be written (%(error)s); name another folder."),
                {"folder": folder, "error": error.strerror},
            )
        ) from error
    told = Message(
        mark("%(folder)s holds %(count)s entries; `troth ledger verify %(folder)s` verifies them."),
        {"folder": folder, "count": entries},
    )
    sys.stdout.write(told.render(translate) + "\n")
