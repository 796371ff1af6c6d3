"""`troth manage`: Django's own commands, for those who know what they do."""

import typer

from troth.cli import options
from troth.site import config as configuration


def manage_command(
    context: typer.Context,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
) -> None:
    """Run a command of Django on the data: `troth manage --data DIR check`."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - slow to import

    from troth.site.boot import set_up  # noqa: PLC0415 - the same

    set_up(settings)
    execute_from_command_line(["troth manage", *context.args])
