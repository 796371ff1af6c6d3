"""`troth owner link`: a fresh link for the first owner, or for one more."""

import sys
from typing import Annotated

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.policy.words import Message, mark
from troth.site import config as configuration
from troth.site.problem import CannotGoOnError


def link_command(
    *,
    one_more: Annotated[
        bool,
        typer.Option(
            "--one-more",
            help=mark("Though there is an owner: the way back for one who has lost hers."),
        ),
    ] = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Print a link by which an owner enters; links made before it end."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    from troth.cli.welcome import (  # noqa: PLC0415 - slow to import
        address_of,
        first_owner_link,
        new_owner_link,
    )
    from troth.site.boot import open_data  # noqa: PLC0415 - the same

    open_data(settings)
    token = new_owner_link() if one_more else first_owner_link(alone=True)
    if token is None:
        raise CannotGoOnError(
            Message(
                mark(
                    "This server has an owner already; sign in instead. If the only owner has lost"
                    " her way in, make a link for one more with --one-more; every owner is told."
                )
            )
        )
    sentence = Message(
        mark("Within an hour, open %(link)s"),
        {"link": f"{address_of(settings, settings.port)}/console/owner/{token}"},
    )
    sys.stdout.write(sentence.render(translator(lang)) + "\n")
