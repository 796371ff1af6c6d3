"""`troth audit`: examine every control now, and say of each statement whether it is kept."""

import logging
import os
import sys
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import typer

from troth.cli import options
from troth.cli.language import GivenLanguage, language, translator
from troth.cli.scratch import prove_apart
from troth.evidence.trial import Proving
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.words import Lang, Message, Translate, mark
from troth.site import config as configuration
from troth.site.config import Config
from troth.site.problem import CannotGoOnError

Format = Literal["text", "json", "junit"]

FINDING: Final = 1


def audit_command(
    *,
    prove: Annotated[
        bool,
        typer.Option("--prove", help=mark("Show on a scratch store that each control can fail.")),
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help=mark("How the result is printed."))
    ] = "text",
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Examine every control and print each statement's mark."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    chosen: Format = "json" if as_json else form
    printed, holds = (_prove if prove else _audit)(settings, chosen, language(lang))
    sys.stdout.buffer.write(printed)
    sys.stdout.buffer.flush()
    if not holds:
        raise typer.Exit(FINDING)


def _audit(config: Config, form: Format, lang: Lang) -> tuple[bytes, bool]:
    from troth.site.boot import open_data  # noqa: PLC0415 - slow to import

    open_data(config)
    from troth.evidence import junit, report  # noqa: PLC0415 - needs Django set up
    from troth.evidence.board import board  # noqa: PLC0415 - the same
    from troth.evidence.examination import examine_all  # noqa: PLC0415 - the same
    from troth.site.recovery import demand_keys  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same
    from troth.versions.facts import TamperedVersionError  # noqa: PLC0415 - the same

    logging.getLogger("troth.request").setLevel(logging.WARNING)  # a control fetches pages
    store, now, translate = Store(), datetime.now(UTC), translator(lang)
    demand_keys(store)
    current = facts.in_force(store.alias, now)
    if current is None:
        raise CannotGoOnError(Message(mark("No version of the policy is in force to audit.")))
    examine_all(store, now)
    try:
        version = facts.document(store.alias, current.hash)
    except UnreadablePolicyError as error:
        _tell(_unreadable(current.number, error, translate), translate)
        return b"", False
    except TamperedVersionError as error:
        _tell(error.message, translate)
        return b"", False
    audit = report.Audit(version, current.number, board(store.alias, version, now))
    if form == "json":
        return report.audit_json(audit, translate), audit.holds
    if form == "junit":
        return junit.audit_junit(audit, lang, translate), audit.holds
    return report.audit_text(audit, lang, translate).encode(), audit.holds


def _unreadable(number: int, error: UnreadablePolicyError, translate: Translate) -> Message:
    """Say that there is nothing to mark: what was published cannot be read any more."""
    return Message(
        mark("The policy in force, version %(number)s, cannot be read any more: %(reason)s"),
        {"number": number, "reason": error.diagnostics[0].message.render(translate)},
    )


def _tell(said: Message, translate: Translate) -> None:
    """Say why no statement has a mark: without the recorded text there is nothing to mark."""
    sys.stderr.write(f"troth: {said.render(translate)}\n")


def _prove(config: Config, form: Format, lang: Lang) -> tuple[bytes, bool]:
    proving = prove_apart(dict(os.environ))
    if config.database or config.sqlite_file.exists():
        _remember(config, proving)
    return _proof(proving, form, translator(lang)), proving.holds


def _remember(config: Config, proving: Proving) -> None:
    """Store the trials beside the examinations, so that the board can tell when each was caught."""
    from troth.site.boot import open_data  # noqa: PLC0415 - slow to import

    open_data(config)
    from troth.evidence.actions import record_proofs  # noqa: PLC0415 - needs Django set up
    from troth.evidence.prove import code_hash  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    transact(record_proofs, proving.trials, code_hash())


def _proof(proving: Proving, form: Format, translate: Translate) -> bytes:
    from troth.evidence import junit, report  # noqa: PLC0415 - not needed for a mistyped option

    if form == "json":
        return report.proof_json(proving, translate)
    if form == "junit":
        return junit.proof_junit(proving, translate)
    return report.proof_text(proving, translate).encode()
