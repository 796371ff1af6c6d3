"""The help of every verb, in the language of whoever asks for it."""

import sys
from collections.abc import Mapping
from typing import Any, Final

from typer.core import TyperCommand

from troth.cli.language import language_of, translator
from troth.policy.words import Translate, mark

VERBS: Final[Mapping[str, str]] = {
    "serve": mark("Serve the policy, the console and the API."),
    "worker": mark(
        "Do jobs in this process, beside `troth serve` or instead of its own workers.\n\n"
        "Ends on SIGTERM with the job in hand; with --until-empty when no job is due any more."
    ),
    "decide": mark(
        "Ask whether something may be done: exit 0 yes, 1 no, 2 the question is wrong.\n\n"
        "The version in force on the data answers; --policy asks a folder instead. Where neither is"
        " named and no server has run here, the policy folder answers. What answered is always"
        " told."
    ),
    "audit": mark(
        "Examine every control and print each statement's mark.\n\n"
        "Exit 0: nothing is broken. 1: a statement is broken, a control failed, or (with --prove)"
        " a sabotage was not caught. 2: there is no store to examine."
    ),
    "backup": mark(
        "Back up the data while the server goes on, sealed with age; --keys backs up the keys too."
    ),
    "restore": mark(
        "Restore a backup into an empty store: wholly, or not at all.\n\n"
        "--verify only tries it in a scratch place: exit 0 it holds, 1 it does not, 2 it cannot be"
        " opened."
    ),
    "manage": mark("Run a command of Django on the data: `troth manage --data DIR check`."),
    "import": mark(
        "Make a policy folder from plain text, Markdown or HTML; lose nothing, invent nothing."
    ),
    "check": mark("Check a policy folder: exit 0 no errors, 1 errors, 2 it cannot be read at all."),
    "show": mark(
        "Show a policy folder: an outline, all of it as JSON, or the record of processing.\n\n"
        "Shows whatever could be read, errors or not; `troth policy check` tells those. Exit 2"
        " when the folder can't be read at all."
    ),
    "diff": mark(
        "Show what changed from OLD to NEW, sentence by sentence and entry by entry.\n\n"
        "Exit 0: nothing changed, or only what may take effect without notice. Exit 1: a change"
        " demands a notice or more. Exit 2: a side cannot be read."
    ),
    "propose": mark("Record the policy folder as a new version, and say what its changes demand."),
    "ledger verify": mark(
        "Verify a ledger: an address, an auditor's copy, or a data folder. No network is needed for"
        " the last two.\n\n"
        "Exit 0: it holds. 1: something is wrong, each thing named. 2: there is no ledger there."
    ),
    "ledger show": mark("Show what was entered last."),
    "ledger copy": mark(
        "Write an auditor's copy: every entry with what proves it, and the policy versions.\n\n"
        "The copy is itself entered in the ledger. An older copy in the folder is replaced."
    ),
    "rotate": mark(
        "Wrap all keys by a new operator's key, or with --generation by a new generation key."
        "\n\nThe server goes on meanwhile. Cut short, call it again: it goes on where it was."
    ),
    "link": mark("Print a link by which an owner enters; links made before it end."),
    "key make": mark(
        "Make a key of a site and print it, alone on a line of the standard output, this once.\n\n"
        "KEY=$(troth key make --label 'Back end') keeps it in a variable. A secret key is for your"
        " own servers; with --publishable, for a page or an app."
    ),
    "key list": mark("List the keys of sites, those that work first; none is written out."),
    "key rotate": mark(
        "Make a key that may do the same and print it; the old one works on for the overlap."
    ),
    "person import": mark(
        "Import your own users and what the policy declares of them: CSV, or a record a line as"
        " JSON.\n\n"
        "All of the file is checked first: nothing is written if a row can't be. Cut short, call it"
        " again: nobody is taken in twice. Exit 0: done. 1: a row can't be. 2: it can't be read."
    ),
    "consent import": mark(
        "Import what people said yes and no to before Troth: CSV or JSON lines, with the texts they"
        " were asked under.\n\n"
        "What somebody said later stays. All of the file is checked first. Exit 0: done. 1: a row"
        " can't be. 2: it can't be read."
    ),
    "key revoke": mark("Have a key be refused from now on; it never works again."),
}
"""What each verb does and how it exits."""


def of(group: str, name: str) -> str:
    """Return what a verb does; one that several groups have is told by its group."""
    return VERBS.get(f"{group}{name}") or VERBS[name]


OF_THE_LIBRARY: Final = (
    mark("Show this message and exit."),
    mark("Install completion for the current shell."),
    mark("Show completion for the current shell, to copy it or customize the installation."),
)
"""What Typer says by itself."""

TITLES: Final[Mapping[str, str]] = {
    "OPTIONS_PANEL_TITLE": mark("Options"),
    "ARGUMENTS_PANEL_TITLE": mark("Arguments"),
    "COMMANDS_PANEL_TITLE": mark("Commands"),
    "DEFAULT_STRING": mark("[default: {}]"),
    "REQUIRED_LONG_STRING": mark("[required]"),
}
"""The headings of Typer's help, by the names it reads them from."""


ABOUT: Final = mark("Troth makes a privacy policy true: enforced, evidenced, shown.")


def reader() -> Translate:
    """Return the translation for whoever typed the command line."""
    return translator(language_of(sys.argv))


class Spoken:
    """Beside a command or group of Typer's: its `--help` is in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from typer import rich_utils  # noqa: PLC0415 - a tenth of a second, for help alone

        translate = reader()
        own: Any = self
        for parameter in own.get_params(ctx):
            for said in ("help", "rich_help_panel"):
                if isinstance(text := getattr(parameter, said, None), str):
                    setattr(parameter, said, translate(text))
        for name, title in TITLES.items():
            setattr(rich_utils, name, translate(title))
        super().format_help(ctx, formatter)  # type: ignore[misc]  # Typer's, beside this one


class SpokenCommand(Spoken, TyperCommand):
    """A verb."""
