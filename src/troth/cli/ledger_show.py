"""`troth ledger show`: what was entered last."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.policy.words import mark
from troth.site import config as configuration

LIMIT = 20


def show_command(
    kind: Annotated[
        str | None, typer.Option("--kind", help=mark("Only entries of this kind."))
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="PSEUDONYM", help=mark("Only entries about a person.")),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help=mark("Only entries from then on (UTC)."))
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help=mark("How many at most."))
    ] = LIMIT,
    *,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Show the newest entries, the newest first."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    from troth.site.boot import open_data  # noqa: PLC0415 - slow to import

    open_data(settings)
    from troth.ledger import published  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same

    found = published.newest(
        Store().alias,
        kind=kind,
        subject=subject,
        since=None if since is None else since.replace(tzinfo=UTC),
        limit=limit,
    )
    if as_json:
        told = msgspec.json.encode({"entries": found})
        sys.stdout.write(msgspec.json.format(told).decode() + "\n")
        return
    lines = [_line(entry) for entry in found]
    sys.stdout.write("\n".join(lines or [translator(lang)(mark("Nothing was entered."))]) + "\n")


def _line(entry: Any) -> str:
    """Return an entry on one line."""
    place = "—" if entry.index is None else f"{entry.epoch}/{entry.index}"
    about = " ".join(f"{key}={value}" for key, value in entry.about.items())
    decided = entry.decision
    said = f" {'yes' if decided.allowed else 'no'} {decided.statement}" if decided else ""
    return f"{entry.at}  {place:>10}  {entry.kind}  {entry.actor}{said}  {about}".rstrip()
