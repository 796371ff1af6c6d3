"""`troth policy check`: everything that is wrong with a policy folder, told at once."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from troth.cli import options
from troth.cli.folder import load_files
from troth.cli.language import GivenLanguage, language, translator
from troth.cli.problems import USAGE
from troth.cli.render.findings import Found, as_github, as_json, as_text
from troth.cli.render.sarif import as_sarif
from troth.policy.check import check
from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.words import Lang, mark

Format = Literal["text", "json", "sarif", "github"]

FORMATS: Final[Mapping[Format, Callable[[Found], str]]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
FINDING: Final = 1
Folder = Annotated[Path, typer.Argument(metavar="DIR", help=mark("The policy folder."))]


def check_command(
    folder: Folder = Path("policy"),
    *,
    form: Annotated[
        Format, typer.Option("--format", help=mark("How findings are printed."))
    ] = "text",
    as_json: options.AsJson = False,
    surface: Annotated[
        bool,
        typer.Option(help=mark("Hold this server's forms, cookies and events to the register.")),
    ] = True,
    lang: GivenLanguage = None,
) -> None:
    """Check a policy folder: exit 0 no errors, 1 errors, 2 it cannot be read at all."""
    chosen = "json" if as_json else form
    files = load_files(folder)
    try:
        version = read(files)
    except UnreadablePolicyError as error:
        _print(chosen, found_in(folder, files, error.diagnostics, language(lang)))
        raise typer.Exit(USAGE) from error
    found = findings(version, with_surface=surface)
    _print(chosen, found_in(folder, files, found, language(lang), version.hash))
    if any(d.severity == "error" for d in found):
        raise typer.Exit(FINDING)


def findings(version: Version, *, with_surface: bool) -> tuple[Diagnostic, ...]:
    """Check a version against the controls and, if asked, the surface of this very server.

    Needs neither a data folder nor a database.
    """
    from troth.site import config as configuration  # noqa: PLC0415 - Django is slow to import
    from troth.site.boot import set_up  # noqa: PLC0415 - the same

    set_up(configuration.load({}))
    from troth import evidence  # noqa: PLC0415 - needs Django set up
    from troth.site.surface import surface  # noqa: PLC0415 - the same

    return check(version, evidence.names(), surface() if with_surface else None)


def found_in(
    folder: Path,
    files: Mapping[str, bytes],
    diagnostics: tuple[Diagnostic, ...],
    lang: Lang,
    version: str = "",
) -> Found:
    """Put findings together with what it takes to show them."""
    return Found(
        diagnostics,
        _shown(folder),
        {name: content.decode("utf-8", "replace") for name, content in files.items()},
        translator(lang),
        version,
    )


def _shown(folder: Path) -> str:
    """Return the folder as seen from where the command runs, so that links of CI pages work."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()


def _print(form: Format, found: Found) -> None:
    sys.stdout.write(FORMATS[form](found))
