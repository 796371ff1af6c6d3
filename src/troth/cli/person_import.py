"""`troth person import`: an operator's own users, and what the policy declares of them."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from troth.cli import importing, options
from troth.cli.importing import DryRun, File, Form, Format, Given, SkipBad, Words
from troth.cli.language import GivenLanguage, translator
from troth.policy.words import mark
from troth.site import config as configuration

if TYPE_CHECKING:
    from troth.intake.person_import import PersonImport

WORDS: Final = Words(
    {
        "records": mark("Records taken in: %(count)s."),
        "new": mark("People who are new: %(count)s."),
        "known": mark("Records left out, as there is one already: %(count)s."),
    },
    {
        "records": mark("Records that would be taken in: %(count)s."),
        "new": mark("People who would be new: %(count)s."),
        "known": mark("Records that would be left out, as there is one already: %(count)s."),
    },
)


def import_command(
    file: File,
    form: Format = None,
    category: Annotated[
        str,
        typer.Option(
            "--category", metavar="NAME", help=mark("The category of columns that name none.")
        ),
    ] = "",
    purpose: Annotated[
        str,
        typer.Option(
            "--purpose",
            metavar="NAME",
            help=mark("What for (default: the only purpose of a category)."),
        ),
    ] = "",
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help=mark("Where the data come from."))
    ] = "direct",
    region: Annotated[
        str,
        typer.Option("--region", metavar="CODE", help=mark("Where all of them are, as CN or DE.")),
    ] = "",
    *,
    of_age: Annotated[
        bool, typer.Option("--of-age", help=mark("All of them have reached the minimum age."))
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help=mark("Take another record of who has one of the category.")),
    ] = False,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Import people an operator knows by ids of her own."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    given = Given(file, form, dry_run, skip_bad, as_json)

    def job(kind: Form) -> "PersonImport":
        from troth.intake.person_import import PersonImport  # noqa: PLC0415 - needs Django set up
        from troth.intake.persons import Meant  # noqa: PLC0415 - the same

        meant = Meant(category, purpose, source, region, True if of_age else None)
        return PersonImport(kind, meant, again=again)

    raise typer.Exit(importing.run(settings, job, given, WORDS, translator(lang)))
