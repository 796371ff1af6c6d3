"""`troth serve`: the server, in this process."""

from typing import Annotated

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage
from troth.policy.words import mark
from troth.site import config as configuration


def serve_command(
    host: Annotated[
        str | None, typer.Option(help=mark("Address to listen on (127.0.0.1)."))
    ] = None,
    port: Annotated[int | None, typer.Option(help=mark("Port to listen on (8000)."))] = None,
    data: options.Data = None,
    database: options.Database = None,
    policy: options.Policy = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Serve the policy, the console and the API."""
    settings = configuration.load(
        options.flags(
            host=host, port=port, data=data, database=database, policy=policy, config=config
        )
    )
    from troth.cli.welcome import Welcome  # noqa: PLC0415 - slow to import
    from troth.site.server import serve as run  # noqa: PLC0415 - the same

    run(settings, Welcome(settings, lang))
