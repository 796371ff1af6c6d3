"""The `troth` command: each verb is a module of its own, imported when it is called."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

import troth
from troth.cli import help as help_of
from troth.cli.help import ABOUT, Spoken, SpokenCommand, reader
from troth.cli.problems import USAGE, explain
from troth.cli.usage import ONLY_HELP, misused, no_command
from troth.policy.words import mark
from troth.site.problem import CannotGoOnError

VERBS: Final[Mapping[str, str]] = {
    "serve": "troth.cli.serve:serve_command",
    "worker": "troth.cli.worker:worker_command",
    "decide": "troth.cli.decide:decide_command",
    "audit": "troth.cli.audit:audit_command",
    "backup": "troth.cli.backup:backup_command",
    "restore": "troth.cli.restore:restore_command",
    "manage": "troth.cli.manage:manage_command",
}
POLICY_VERBS: Final[Mapping[str, str]] = {
    "import": "troth.cli.policy_import:import_command",
    "check": "troth.cli.policy_check:check_command",
    "show": "troth.cli.policy_show:show_command",
    "diff": "troth.cli.policy_diff:diff_command",
    "propose": "troth.cli.policy_propose:propose_command",
}
LEDGER_VERBS: Final[Mapping[str, str]] = {
    "verify": "troth.cli.ledger_verify:verify_command",
    "show": "troth.cli.ledger_show:show_command",
    "copy": "troth.cli.ledger_copy:copy_command",
}
VAULT_VERBS: Final[Mapping[str, str]] = {"rotate": "troth.cli.vault_rotate:rotate_command"}
OWNER_VERBS: Final[Mapping[str, str]] = {"link": "troth.cli.owner:link_command"}
KEY_VERBS: Final[Mapping[str, str]] = {
    "make": "troth.cli.key_make:make_command",
    "list": "troth.cli.key_list:list_command",
    "rotate": "troth.cli.key_make:rotate_command",
    "revoke": "troth.cli.key_list:revoke_command",
}
PERSON_VERBS: Final[Mapping[str, str]] = {
    "import": "troth.cli.person_import:import_command",
}
CONSENT_VERBS: Final[Mapping[str, str]] = {
    "import": "troth.cli.consent_import:import_command",
}
STOPPED: Final = 1
"""The input ended where something was still asked."""
PASS_ON: Final = {"ignore_unknown_options": True, "allow_extra_args": True}


class LazyGroup(Spoken, TyperGroup):
    """Knows its verbs by name and imports one only to run it or to list all."""

    verbs: Mapping[str, str] = {}
    group = ""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the verbs, sub-groups last."""
        return [*self.verbs, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb, imported now."""
        if cmd_name not in self.verbs:
            return super().get_command(ctx, cmd_name)
        module, function = self.verbs[cmd_name].split(":")
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        settings = PASS_ON if cmd_name == "manage" else None
        told = reader()(help_of.of(self.group, cmd_name))
        verb = alone.command(cmd_name, cls=SpokenCommand, help=told, context_settings=settings)
        verb(getattr(import_module(module), function))
        return typer.main.get_command(alone)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb that is called. Raises CannotGoOnError if there is none."""
        if self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            raise CannotGoOnError(no_command(ctx.command_path, args[0], known))
        return super().resolve_command(ctx, args)


class Verbs(LazyGroup):
    """`troth VERB`."""

    verbs = VERBS


class PolicyVerbs(LazyGroup):
    """`troth policy VERB`."""

    verbs = POLICY_VERBS


class LedgerVerbs(LazyGroup):
    """`troth ledger VERB`."""

    verbs = LEDGER_VERBS
    group = "ledger "


class VaultVerbs(LazyGroup):
    """`troth vault VERB`."""

    verbs = VAULT_VERBS


class OwnerVerbs(LazyGroup):
    """`troth owner VERB`."""

    verbs = OWNER_VERBS


class KeyVerbs(LazyGroup):
    """`troth key VERB`."""

    verbs = KEY_VERBS
    group = "key "


class PersonVerbs(LazyGroup):
    """`troth person VERB`."""

    verbs = PERSON_VERBS
    group = "person "


class ConsentVerbs(LazyGroup):
    """`troth consent VERB`."""

    verbs = CONSENT_VERBS
    group = "consent "


app = typer.Typer(
    cls=Verbs, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False
)
GROUPS: Final[tuple[tuple[type[LazyGroup], str, str], ...]] = (
    (PolicyVerbs, "policy", mark("The policy folder.")),
    (LedgerVerbs, "ledger", mark("The ledger: what was done, provably.")),
    (VaultVerbs, "vault", mark("The vault: the keys everything is sealed with.")),
    (OwnerVerbs, "owner", mark("The owner.")),
    (KeyVerbs, "key", mark("Keys of sites, by which systems of yours call the API.")),
    (PersonVerbs, "person", mark("People whose data are held.")),
    (ConsentVerbs, "consent", mark("What people have said yes and no to.")),
)
"""The groups of verbs, in the order they are listed: their names and what they are about."""

for verbs_of, name, about in GROUPS:
    group = typer.Typer(cls=verbs_of, no_args_is_help=True)
    app.add_typer(group, name=name, help=reader()(about))


def _version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it with the option's value
    if asked:
        sys.stdout.write(f"troth {troth.__version__}\n")
        raise typer.Exit


@app.callback(help=reader()(ABOUT))
def command(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help=mark("Print the version.")
        ),
    ] = False,
) -> None:
    """Troth makes a privacy policy true: enforced, evidenced, shown."""
    del version


def main() -> None:
    """Run the command line; what can be mended outside the code ends in one sentence and 2."""
    try:
        sys.exit(app(prog_name="troth", standalone_mode=False) or 0)
    except CannotGoOnError as error:
        sys.exit(explain(error, sys.argv))
    except typer.Abort:
        sys.exit(STOPPED)
    except typer.TyperException as error:
        if type(error).__name__ == ONLY_HELP:
            sys.stderr.write(f"{error.message}\n")
            sys.exit(USAGE)
        sys.exit(explain(CannotGoOnError(misused(error)), sys.argv))
