"""`troth consent import`: what people said yes and no to before Troth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from troth.cli import importing, options
from troth.cli.importing import DryRun, File, Form, Format, Given, SkipBad, Words
from troth.cli.language import GivenLanguage, translator
from troth.policy.words import Message, mark
from troth.site import config as configuration
from troth.site.problem import CannotGoOnError

if TYPE_CHECKING:
    from troth.intake.consent_import import ConsentImport
    from troth.intake.consents import Wording

WORDS: Final = Words(
    {
        "taken": mark("Choices taken in: %(count)s."),
        "unchanged": mark("Choices that change nothing of what stands: %(count)s."),
        "new": mark("People who are new: %(count)s."),
    },
    {
        "taken": mark("Choices that would be taken in: %(count)s."),
        "unchanged": mark("Choices that would change nothing of what stands: %(count)s."),
        "new": mark("People who would be new: %(count)s."),
    },
)
TEXT_BYTES_MAX: Final = 100_000
LANG_LENGTH_MAX: Final = 16


def import_command(
    file: File,
    form: Format = None,
    wording: Annotated[
        list[str] | None,
        typer.Option(
            "--wording",
            metavar="NAME:LANGUAGE=FILE",
            help=mark("The text a yes was asked under, by the name FILE has for it; repeatable."),
        ),
    ] = None,
    *,
    new: Annotated[
        bool, typer.Option("--new", help=mark("Make subjects who are not known yet."))
    ] = False,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Import choices that people made before Troth, with the words they were asked by."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    given = Given(file, form, dry_run, skip_bad, as_json)

    def job(kind: Form) -> "ConsentImport":
        from troth.intake.consent_import import ConsentImport  # noqa: PLC0415 - needs Django set up

        return ConsentImport(kind, dict(_wording(one) for one in wording or ()), new=new)

    raise typer.Exit(importing.run(settings, job, given, WORDS, translator(lang)))


def _wording(given: str) -> "tuple[str, Wording]":
    """Read a text by what names it. Raises CannotGoOnError."""
    from troth.intake.consents import Wording  # noqa: PLC0415 - needs Django set up

    named, equals, file = given.partition("=")
    name, colon, lang = named.partition(":")
    if not (equals and colon and name and file and 0 < len(lang) <= LANG_LENGTH_MAX):
        raise CannotGoOnError(
            Message(mark("Write --wording NAME:LANGUAGE=FILE, such as banner:zh=banner.zh.txt."))
        )
    try:
        with Path(file).open("rb") as source:
            text = source.read(TEXT_BYTES_MAX + 1).decode("utf-8-sig").strip()
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be read: %(error)s."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    except UnicodeDecodeError as error:
        raise CannotGoOnError(
            Message(mark("%(file)s is no UTF-8; save it as UTF-8."), {"file": file})
        ) from error
    if not text or len(text) > TEXT_BYTES_MAX:
        raise CannotGoOnError(
            Message(
                mark("%(file)s holds no text, or one longer than %(limit)s bytes."),
                {"file": file, "limit": TEXT_BYTES_MAX},
            )
        )
    return name, Wording(lang, text)
