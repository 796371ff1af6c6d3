"""The `troth` command."""

import typer

from troth.cli.problems import fail
from troth.cli.serve import serve
from troth.site.problem import CannotGoOnError

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
app.command()(serve)


@app.callback()
def troth() -> None:
    """Make a privacy policy true."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except CannotGoOnError as error:
        fail(error.message, "en")
