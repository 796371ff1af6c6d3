"""`troth owner link`: a fresh link for the first owner."""

import sys

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.policy.words import Message, mark
from troth.site import config as configuration
from troth.site.problem import CannotGoOnError


def link_command(
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Print a link by which the first owner enters; links made before it end."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    from troth.cli.welcome import address_of, first_owner_link  # noqa: PLC0415 - slow to import
    from troth.site.boot import open_data  # noqa: PLC0415 - the same

    open_data(settings)
    token = first_owner_link()
    if token is None:
        raise CannotGoOnError(Message(mark("This server has an owner already; sign in instead.")))
    sentence = Message(
        mark("Within an hour, open %(link)s"),
        {"link": f"{address_of(settings, settings.port)}/console/owner/{token}"},
    )
    sys.stdout.write(sentence.render(translator(lang)) + "\n")
