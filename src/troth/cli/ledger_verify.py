"""`troth ledger verify`: an address, an auditor's copy or data, checked trusting nobody."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.cli.progress import bar
from troth.cli.shown import shown, shown_json
from troth.ledger.note import NoteError, parse_vkey
from troth.ledger.verify import LogSource, Report, UnreadableLogError, verify
from troth.policy.words import Message, Translate, mark
from troth.site import config as configuration
from troth.site.config import Config
from troth.site.ledgersource import copy_source, data_source, public_source
from troth.site.problem import CannotGoOnError
from troth.site.secrets import FOLDER

FINDING: Final = 1


def verify_command(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL|DIR]", help=mark("An address, an auditor's copy or a data folder.")
        ),
    ] = None,
    *,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="VKEY",
            help=mark("A key you trust, or a file with it; may be repeated."),
        ),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help=mark("A checkpoint you saved; may be repeated.")
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help=mark("Save the newest checkpoint here.")),
    ] = None,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Verify a ledger."""
    trusted = [_key(one) for one in key or ()]
    source, explained = _source(target, options.flags(data=data, database=database, config=config))
    try:
        with explained, bar(mark("Verifying"), translator(lang), quiet=as_json) as progress:
            report = verify(
                source,
                keys=trusted,
                saved=[_read(file) for file in checkpoint or ()],
                progress=progress,
            )
    except UnreadableLogError as error:
        raise CannotGoOnError(error.message) from error
    except NoteError as error:
        raise CannotGoOnError(
            Message(mark("A checkpoint you saved cannot be read: %(why)s."), {"why": error.message})
        ) from error
    if save is not None and report.holds:
        _save(save, report.checkpoint)
    translate = translator(lang)
    sys.stdout.write(_json(report, translate) if as_json else _text(report, translate))
    if not report.holds:
        raise typer.Exit(FINDING)


def _source(
    target: str | None, flags: dict[str, Any]
) -> tuple[LogSource, AbstractContextManager[None]]:
    """Return the ledger that is meant, and what tells of a database that refuses."""
    if target is None or Path(target) == flags.get("data"):
        return _data(configuration.load(flags))
    if target.startswith(("http://", "https://")):
        return public_source(target), nullcontext()
    folder = Path(target)
    if not _is(folder, Path.is_dir):
        raise CannotGoOnError(
            Message(
                mark("%(target)s is no address and no folder; name one of them."),
                {"target": target},
            )
        )
    if (copy := copy_source(folder)) is not None:
        return copy, nullcontext()
    config = configuration.load({**flags, "data": folder})
    if not config.sqlite_file.exists() and not (config.database and (folder / FOLDER).is_dir()):
        told = mark(
            "%(folder)s is no auditor's copy, as epochs.json is missing, and holds no data"
            " (troth.db) either; name the folder that does."
        )
        raise CannotGoOnError(Message(told, {"folder": folder}))
    return _data(config)


def _data(config: Config) -> tuple[LogSource, AbstractContextManager[None]]:
    source = data_source(config)
    from troth.site.schema import explained  # noqa: PLC0415 - needs Django set up

    return source, explained(config)


def _is(given: Path, kind: Callable[[Path], bool]) -> bool:
    """Tell whether a path is of a kind; one that is too long to be any is of none."""
    try:
        return kind(given)
    except OSError:
        return False


def _key(given: str) -> str:
    """Return the verifier key itself, or the one in a file. Raises CannotGoOnError."""
    text = _read(Path(given)) if _is(Path(given), Path.is_file) else given
    try:
        return str(parse_vkey(text))
    except NoteError as error:
        raise CannotGoOnError(
            Message(mark("--key is no verifier key: %(why)s."), {"why": error.message})
        ) from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be read (%(error)s)."),
                {"file": file, "error": getattr(error, "strerror", None) or "no text"},
            )
        ) from error


def _save(file: Path, checkpoint: str) -> None:
    try:
        file.write_text(checkpoint, encoding="utf-8")
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("The checkpoint cannot be saved in %(file)s (%(error)s)."),
                {"file": file, "error": error.strerror},
            )
        ) from error


def _json(report: Report, translate: Translate) -> str:
    told = {
        "holds": report.holds,
        "epochs": report.epochs,
        "notes": [note.render(translate) for note in report.notes],
        "findings": [
            {
                "code": one.code,
                "epoch": one.epoch,
                "index": one.index,
                "message": one.message.render(translate),
            }
            for one in report.findings
        ],
    }
    return shown_json(msgspec.json.format(msgspec.json.encode(told)).decode()) + "\n"


def _text(report: Report, translate: Translate) -> str:
    lines = []
    for epoch in report.epochs:
        told = Message(
            mark(
                "Epoch %(epoch)s: %(entries)s entries hashed, %(bodies)s bodies compared,"
                " %(replayed)s decisions decided again."
            ),
            {
                "epoch": epoch.number,
                "entries": epoch.entries,
                "bodies": epoch.bodies,
                "replayed": epoch.replayed,
            },
        )
        lines += [told.render(translate), f"  {epoch.vkey}"]
    lines += [f"○ {note.render(translate)}" for note in report.notes]
    lines += [f"✗ {one.message.render(translate)}" for one in report.findings]
    if report.holds:
        lines.append("✓ " + translate(mark("The ledger holds.")))
    return "".join(f"{shown(line)}\n" for line in lines)
