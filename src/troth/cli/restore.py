"""`troth restore`: a backup into an empty store, or only tried with --verify."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
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
    from troth.cli.backup_access import Opener
    from troth.protection.drill import DrillResult
    from troth.protection.envelope import Identity
    from troth.site.restoring import Restored

FINDING = 1


def restore_command(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help=mark("The folder of one backup, or of several: the newest.")
        ),
    ],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            metavar="DIR",
            help=mark("The folder of one backup of the keys, or of several."),
        ),
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option("--identity", metavar="FILE", help=mark("The identity file that opens it.")),
    ] = None,
    passphrase_file: options.PassphraseFile = None,
    *,
    verify: Annotated[
        bool,
        typer.Option("--verify", help=mark("Only try it in a scratch place, and compare.")),
    ] = False,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Restore a backup into an empty store."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    translate = translator(lang)
    from troth.cli.backup_access import Opener, plainly  # noqa: PLC0415 - slow to import
    from troth.protection.folders import (  # noqa: PLC0415 - the same
        DATA_FILE,
        KEYS_FILE,
        demand_backup,
        newest,
    )

    folder = newest(folder, DATA_FILE)
    keys = None if keys is None else newest(keys, KEYS_FILE)
    with plainly():
        demand_backup(folder, DATA_FILE)
        if keys is not None:
            demand_backup(keys, KEYS_FILE)
        if verify and keys is not None:
            raise CannotGoOnError(
                Message(
                    mark(
                        "A trial opens a backup of the data alone: leave out --keys, or restore"
                        " both into an empty folder (--data)."
                    )
                )
            )
        opener = Opener(identity, passphrase_file, translate)
        if verify:
            _verify(settings, folder, opener, translate, as_json=as_json)
        else:
            restored = _restore(settings, folder, keys, opener, translate, quiet=as_json)
            told = _restored_json(restored) if as_json else _restored(restored, settings, translate)
            sys.stdout.write(told)


def _verify(
    config: Config, folder: Path, opener: "Opener", translate: Translate, *, as_json: bool
) -> None:
    """Print what a trial found; a damaged backup is a finding like any other: exit 1."""
    from troth.protection.errors import DamagedBackupError  # noqa: PLC0415 - slow to import

    try:
        result = _try(config, folder, opener, translate, quiet=as_json)
    except DamagedBackupError as damaged:
        why = damaged.message.render(translate)
        told = msgspec.json.encode({"holds": False, "findings": [why]})
        sys.stdout.write(f"{msgspec.json.format(told).decode()}\n" if as_json else f"{why}\n")
        raise typer.Exit(FINDING) from damaged
    sys.stdout.write(_tried_json(result, translate) if as_json else _tried(result, translate))
    if not result.holds:
        raise typer.Exit(FINDING)


def _restore(
    config: Config,
    folder: Path,
    keys: Path | None,
    opener: "Opener",
    translate: Translate,
    *,
    quiet: bool,
) -> "Restored":
    from troth.site.boot import PRIVATE, set_up  # noqa: PLC0415 - slow to import

    os.umask(PRIVATE)
    set_up(config)
    from troth.site.restoring import KeysGiven, demand_empty, restore  # noqa: PLC0415 - needs Django set up
    from troth.site.schema import explained  # noqa: PLC0415 - the same

    with explained(config):
        demand_empty(config)  # before a passphrase is asked for
    identities = opener.identities(folder)
    given = None if keys is None else KeysGiven(keys, opener.identities(keys))
    with bar(mark("Restoring"), translate, quiet=quiet) as progress:
        return restore(config, folder, identities, given, _bytes_of(folder, progress))


def _try(
    config: Config, folder: Path, opener: "Opener", translate: Translate, *, quiet: bool
) -> "DrillResult":
    """Try a backup; nothing of the data is opened, only the keys where nobody else is named."""
    from troth.site.boot import PRIVATE, set_up  # noqa: PLC0415 - slow to import

    os.umask(PRIVATE)
    with TemporaryDirectory(prefix="troth-verify-") as nowhere:
        set_up(
            msgspec.structs.replace(config, data=Path(nowhere), database="", keys=config.key_folder)
        )
        from troth.protection.drill import drill  # noqa: PLC0415 - needs Django set up

        identities = opener.identities(folder, _own if _has_keys(config) else None)
        with bar(mark("Trying"), translate, quiet=quiet) as progress:
            return drill(folder, identities, _bytes_of(folder, progress))


def _has_keys(config: Config) -> bool:
    from troth.vault.store import FILE  # noqa: PLC0415 - slow to import

    return (config.key_folder / FILE).exists()


def _own() -> "Identity":
    """Return the server's own identity, where its keys are here."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.protection.identities import own_identity  # noqa: PLC0415 - the same

    return own_identity(vault.drill_identity())


def _bytes_of(
    folder: Path, progress: Callable[[int, int], None] | None
) -> Callable[[int], None] | None:
    from troth.protection.folders import DATA_FILE  # noqa: PLC0415 - slow to import

    file = folder / DATA_FILE
    if progress is None or not file.exists():
        return None
    total, tell = file.stat().st_size, progress
    return lambda done: tell(done, total)


def _restored(restored: "Restored", config: Config, translate: Translate) -> str:
    from troth.site.schema import shown  # noqa: PLC0415 - slow to import

    manifest = restored.manifest
    lines = [
        Message(
            mark("Restored %(rows)s rows, as they were at %(at)s (UTC), into %(database)s."),
            {
                "rows": manifest.rows,
                "at": f"{manifest.layout.made_at:%Y-%m-%d %H:%M:%S}",
                "database": shown(config),
            },
        ),
        Message(
            mark(
                "The ledger goes on in epoch %(epoch)s, whose first entry says what it goes on"
                " from."
            ),
            {"epoch": restored.epoch},
        ),
    ]
    if restored.keys_restored_from is not None:
        from troth.ledger.verify.epochs import not_known  # noqa: PLC0415 - slow to import

        lines.append(not_known(restored.epoch, restored.keys_restored_from))
    if restored.erased_again:
        lines.append(
            Message(
                mark("Persons who were erased since, and were erased again: %(count)s."),
                {"count": restored.erased_again},
            )
        )
    return "".join(f"{line.render(translate)}\n" for line in lines)


def _restored_json(restored: "Restored") -> str:
    told = {
        "made_at": restored.manifest.layout.made_at,
        "rows": restored.manifest.rows,
        "tables_hash": restored.manifest.tables_hash,
        "erased_again": restored.erased_again,
        "epoch": restored.epoch,
        "keys_restored_from": restored.keys_restored_from,
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _tried(result: "DrillResult", translate: Translate) -> str:
    lines = [finding.render(translate) for finding in result.findings]
    template = (
        mark("The backup of %(at)s (UTC) holds: %(rows)s rows and %(entries)s entries compared.")
        if result.holds
        else mark("The backup of %(at)s (UTC) does not hold.")
    )
    values = {
        "at": f"{result.manifest.layout.made_at:%Y-%m-%d %H:%M:%S}",
        "rows": result.manifest.rows,
        "entries": result.entries,
    }
    return "".join(f"{line}\n" for line in (*lines, Message(template, values).render(translate)))


def _tried_json(result: "DrillResult", translate: Translate) -> str:
    told = {
        "holds": result.holds,
        "findings": [finding.render(translate) for finding in result.findings],
        "made_at": result.manifest.layout.made_at,
        "rows": result.manifest.rows,
        "entries": result.entries,
        "tables_hash": result.manifest.tables_hash,
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"
