"""`troth policy show`: a policy folder in a form to read or to pass on."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import typer

from troth.cli import options
from troth.cli.folder import load_files
from troth.cli.language import GivenLanguage, language, translator
from troth.cli.policy_check import Folder, found_in
from troth.cli.problems import USAGE
from troth.cli.render.findings import as_text
from troth.cli.render.outline import as_outline
from troth.cli.render.record import as_csv, as_html
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.show import as_json, as_jsonld
from troth.policy.words import Lang, Translate, mark

Format = Literal["text", "json", "jsonld", "csv", "html"]


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode() + "\n"


FORMATS: Final[Mapping[Format, Callable[[Version, Lang, Translate], str]]] = {
    "text": as_outline,
    "json": lambda version, _lang, _translate: _json(as_json(version)),
    "jsonld": lambda version, _lang, _translate: _json(as_jsonld(version)),
    "csv": as_csv,
    "html": as_html,
}


def show_command(
    folder: Folder = Path("policy"),
    *,
    form: Annotated[
        Format,
        typer.Option(
            "--format", help=mark("csv and html give the record of processing activities.")
        ),
    ] = "text",
    as_json: options.AsJson = False,
    lang: GivenLanguage = None,
) -> None:
    """Show a policy folder: an outline, all of it as JSON, or the record of processing."""
    spoken = language(lang)
    files = load_files(folder)
    try:
        version = read(files)
    except UnreadablePolicyError as error:
        sys.stderr.write(as_text(found_in(folder, files, error.diagnostics, spoken)))
        raise typer.Exit(USAGE) from error
    sys.stdout.write(FORMATS["json" if as_json else form](version, spoken, translator(spoken)))
