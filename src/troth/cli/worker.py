"""`troth worker`: do jobs in this process."""

from typing import Annotated

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage
from troth.policy.words import mark
from troth.site import config as configuration


def worker_command(
    threads: Annotated[
        int, typer.Option(min=1, max=64, help=mark("How many jobs are done at once."))
    ] = 1,
    *,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help=mark("End when no job is due any more."))
    ] = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Do jobs in this process, beside `troth serve` or instead of its own workers."""
    del lang
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    from troth.site.working import work  # noqa: PLC0415 - slow to import

    work(settings, threads, until_empty=until_empty)
