"""`troth backup`: one moment of the data, sealed, while the server goes on."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.cli.progress import bar
from troth.policy.words import Message, Translate, mark
from troth.site import config as configuration
from troth.site.config import Config
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.protection.backup import Made


def backup_command(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help=mark("Where backups are kept; each gets a folder.")),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", help=mark("Back up the keys too, to this folder apart.")
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="age1…", help=mark("A public key that opens it; may be repeated.")
        ),
    ] = None,
    passphrase_file: options.PassphraseFile = None,
    new_identity: Annotated[
        Path | None,
        typer.Option(
            "--new-identity",
            metavar="FILE",
            help=mark("Only make an identity in this file, and print its public key."),
        ),
    ] = None,
    *,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Back up the data, and the keys with --keys."""
    from troth.cli.backup_access import plainly  # noqa: PLC0415 - slow to import

    if new_identity is not None:
        with plainly():
            _make_identity(new_identity, as_json=as_json)
        return
    if folder is None:
        raise CannotGoOnError(
            Message(mark("Name the folder backups are kept in: `troth backup DIR`."))
        )
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    translate = translator(lang)
    with plainly():
        printed = _back_up(
            settings, folder, keys, (to or [], passphrase_file), translate, as_json=as_json
        )
    sys.stdout.write(printed)


def _make_identity(file: Path, *, as_json: bool) -> None:
    from troth.protection.identities import new_identity  # noqa: PLC0415 - slow to import

    public = new_identity(file)
    told = msgspec.json.encode({"file": str(file), "public_key": public}).decode()
    sys.stdout.write(f"{told if as_json else public}\n")


def _back_up(
    config: Config,
    folder: Path,
    keys: Path | None,
    to: tuple[list[str], Path | None],
    translate: Translate,
    *,
    as_json: bool,
) -> str:
    from troth.cli.backup_access import sealed_to  # noqa: PLC0415 - slow to import
    from troth.site.boot import open_data  # noqa: PLC0415 - the same
    from troth.site.schema import explained  # noqa: PLC0415 - the same

    open_data(config)
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.protection.actions import note_backup  # noqa: PLC0415 - the same
    from troth.protection.backup import back_up  # noqa: PLC0415 - the same
    from troth.protection.keys import (  # noqa: PLC0415 - the same
        back_up_keys,
        demand_apart,
        demand_outside,
    )
    from troth.store import Store, transact  # noqa: PLC0415 - the same

    if keys is not None:
        demand_apart(folder, keys)
    for target in (folder, *([] if keys is None else [keys])):
        for live in (config.data, config.key_folder):
            demand_outside(target, live)
    with explained(config):
        transact(vault.demand_ours)
        sealed = sealed_to([*config.backup_to, *to[0]], to[1], translate)
        at = datetime.now(UTC)
        kept = None if keys is None else back_up_keys(keys, sealed, at)
        with bar(mark("Backing up"), translate, quiet=as_json) as progress:
            made = back_up(Store(), folder, sealed, at, progress)
        place = str(made.folder.absolute())
        transact(note_backup, place, made.sha256, made.length, made.manifest)
    return _json(made, kept) if as_json else _text(made, kept, translate)


def _json(made: "Made", keys: Path | None) -> str:
    ledger = made.manifest.ledger
    told = {
        "folder": str(made.folder),
        "made_at": made.manifest.layout.made_at,
        "sha256": made.sha256,
        "bytes": made.length,
        "rows": made.manifest.rows,
        "tables": {table.name: table.rows for table in made.manifest.tables},
        "tables_hash": made.manifest.tables_hash,
        "ledger": None if ledger is None else {"epoch": ledger.epoch, "size": ledger.size},
        "keys": None if keys is None else str(keys),
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _text(made: "Made", keys: Path | None, translate: Translate) -> str:
    lines = [
        Message(
            mark("Backed up %(rows)s rows of %(tables)s tables (%(bytes)s bytes): %(folder)s"),
            {
                "rows": made.manifest.rows,
                "tables": len(made.manifest.tables),
                "bytes": made.length,
                "folder": made.folder,
            },
        )
    ]
    if keys is not None:
        lines.append(Message(mark("Backed up the keys: %(folder)s"), {"folder": keys}))
    else:
        lines.append(
            Message(mark("The keys are not in it: back them up with --keys, to a place apart."))
        )
    return "".join(f"{line.render(translate)}\n" for line in lines)
