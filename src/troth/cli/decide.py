"""`troth decide`: may this be done? Yes or no, the reason, and the sentence that says so."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import typer

from troth.cli import decide_options as ask
from troth.cli import options
from troth.cli.asked import facts_from_file, facts_from_options
from troth.cli.language import GivenLanguage, language, translator
from troth.gate import Facts, decide
from troth.gate.answer import Answer, answer
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.document import Version
from troth.policy.read import plain, read
from troth.policy.rulebook import Rulebook, RulebookError, compile
from troth.policy.words import Lang, Message, mark
from troth.site import config as configuration
from troth.site import policyfolder
from troth.site.config import Config
from troth.site.problem import CannotGoOnError, PolicyRefusedError

REFUSED: Final = 1


def decide_command(
    *,
    verb: ask.Verb = None,
    facts: ask.FactsFile = None,
    category: ask.Category = None,
    fields: ask.Fields = None,
    purpose: ask.Purpose = None,
    outside: ask.Outside = None,
    source: ask.Source = None,
    event: ask.Event = None,
    client: ask.Client = None,
    region: ask.Region = None,
    of_age: ask.OfAge = None,
    agreed: ask.Agreed = None,
    separate: ask.Separate = None,
    refused: ask.Refused = None,
    accepted: ask.Accepted = None,
    name: ask.Name = None,
    conforms: ask.Conforms = None,
    max_age_seconds: ask.MaxAge = None,
    ground: ask.Ground = None,
    recipient: ask.Recipient = None,
    persons: ask.Persons = None,
    consenting: ask.Consenting = None,
    public: ask.Public = None,
    country: ask.Country = None,
    undertaking_until: ask.UndertakingUntil = None,
    review_due: ask.ReviewDue = None,
    frozen: ask.Frozen = None,
    many: ask.Many = None,
    case: ask.Case = None,
    first: ask.First = None,
    demands: ask.Demands = None,
    announced_at: ask.AnnouncedAt = None,
    shown_at: ask.ShownAt = None,
    prominently: ask.Prominently = None,
    old_period_days: ask.OldPeriodDays = None,
    at: ask.At = None,
    data: options.Data = None,
    database: options.Database = None,
    policy: options.Policy = None,
    config: options.ConfigFile = None,
    as_json: options.AsJson = False,
    lang: GivenLanguage = None,
) -> None:
    """Ask whether something may be done: exit 0 yes, 1 no, 2 the question is wrong."""
    given = dict(locals())
    asked = _question(verb, facts, {name: given[name] for name in ask.FACTS})
    now = _moment(at)
    flags = options.flags(data=data, database=database, policy=policy, config=config)
    settings = configuration.load(flags)
    version, rules, answering = rulebook_for(
        settings, now, from_folder=policy is not None or _nothing_to_ask(settings, flags)
    )
    told = answer(version, decide(rules, asked, now), translator("zh"))
    spoken = language(lang)
    sys.stdout.write(_as_json(told) if as_json else _as_text(told, spoken))
    # JSON keeps its shape: it holds the version's hash, and a person is told beside it
    (sys.stderr if as_json else sys.stdout).write(answering.render(translator(spoken)) + "\n")
    if not told.allowed:
        raise typer.Exit(REFUSED)


def _nothing_to_ask(config: Config, flags: Mapping[str, Any]) -> bool:
    """Tell whether nobody named data and there are none: one that was named must be there."""
    return not configuration.names_data(flags) and not config.sqlite_file.exists()


def rulebook_for(
    config: Config, at: datetime, *, from_folder: bool
) -> tuple[Version, Rulebook, Message]:
    """Return the version that answers and what it is: the one in force, or the policy folder's.

    Raises CannotGoOnError.
    """
    if not from_folder:
        return _in_force(config, at)
    try:
        version = read(policyfolder.read_folder(config.policy))
        source = Message(mark("Asked: the folder %(folder)s"), {"folder": config.policy})
        return version, compile(version), source
    except UnreadablePolicyError as error:
        raise PolicyRefusedError(config.policy, error.diagnostics) from error
    except RulebookError as error:
        raise CannotGoOnError(
            Message(mark("The policy cannot be compiled: %(error)s"), {"error": error})
        ) from error


def _in_force(config: Config, at: datetime) -> tuple[Version, Rulebook, Message]:
    """Return the version in force on the server's data."""
    from troth.site.boot import open_data  # noqa: PLC0415 - slow to import

    open_data(config)
    from troth.store import Store  # noqa: PLC0415 - needs Django set up
    from troth.versions import facts  # noqa: PLC0415 - the same

    alias = Store().alias
    found = facts.in_force(alias, at)
    if found is None:
        raise CannotGoOnError(
            Message(mark("No version of the policy was in force then; name a folder by --policy."))
        )
    since = facts.effective_from(alias, found.number)
    source = Message(
        mark("Asked: version %(number)s, in force since %(since)s"),
        {"number": found.number, "since": f"{since:%Y-%m-%d %H:%M} UTC"},
    )
    try:
        return facts.document(alias, found.hash), facts.rulebook(alias, found.hash), source
    except facts.TamperedVersionError as error:
        raise CannotGoOnError(error.message) from error


def _question(verb: str | None, file: str | None, given: dict[str, object]) -> Facts:
    """Return the facts of the file or of the options, which do not go together."""
    has_options = verb is not None or any(value is not None for value in given.values())
    if file is not None and not has_options:
        return facts_from_file(file)
    if verb is not None and file is None:
        return facts_from_options(verb, given)
    raise CannotGoOnError(
        Message(mark("Name a verb and its facts, or give both as JSON by --facts FILE."))
    )


def _moment(at: str | None) -> datetime:
    """Return the moment asked about; one without an offset is UTC."""
    if at is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise CannotGoOnError(
            Message(mark("--at takes a time as 2026-03-01T00:00:00Z, not %(at)s."), {"at": at})
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_json(told: Answer) -> str:
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _as_text(told: Answer, lang: Lang) -> str:
    """Return the answer in three lines: yes or no and why, the sentence, the version."""
    translate = translator(lang)
    template = mark("Yes: %(why)s") if told.allowed else mark("No: %(why)s")
    lines = (
        Message(template, {"why": told.reason.text[lang]}),
        Message(
            mark("%(statement)s says: “%(text)s”"),
            {"statement": told.statement.id, "text": plain(told.statement.text[lang])},
        ),
        Message(mark("Version %(version)s"), {"version": told.version}),
    )
    return "".join(line.render(translate) + "\n" for line in lines)
