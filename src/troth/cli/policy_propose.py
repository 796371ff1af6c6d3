"""`troth policy propose`: record the folder as a new version, without a restart."""

import sys

import msgspec

from troth.cli import options
from troth.cli.language import GivenLanguage, translator
from troth.cli.proposals import became, demanded
from troth.site import config as configuration


def propose_command(
    *,
    data: options.Data = None,
    database: options.Database = None,
    policy: options.Policy = None,
    config: options.ConfigFile = None,
    as_json: options.AsJson = False,
    lang: GivenLanguage = None,
) -> None:
    """Record the policy folder as a new version, and say what its changes demand."""
    settings = configuration.load(
        options.flags(data=data, database=database, policy=policy, config=config)
    )
    from troth.site import policyfolder  # noqa: PLC0415 - slow to import
    from troth.site.boot import open_data  # noqa: PLC0415 - the same

    files = policyfolder.read_folder(settings.policy)
    open_data(settings)
    policyfolder.admit(settings.policy, files)
    proposal = policyfolder.adopt(files, policyfolder.BY_OPERATOR)
    if as_json:
        told = {
            "version": {"number": proposal.version.number, "hash": proposal.version.hash},
            "recorded": proposal.recorded,
            "in_force": proposal.in_force,
            "demands": demanded(proposal),
            "changes": proposal.changes,
            "withdrawn": proposal.withdrawn.number if proposal.withdrawn else None,
        }
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        sys.stdout.write(became(proposal).render(translator(lang)) + "\n")
