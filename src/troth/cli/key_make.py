"""`troth key make` and `troth key rotate`: a key of a site, printed once."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

import msgspec
import typer

from troth.cli import options
from troth.cli.key_shown import KeyTold, plainly, told
from troth.cli.language import GivenLanguage, translator
from troth.cli.storing import on_data
from troth.policy.words import Message, Translate, mark
from troth.site import config as configuration
from troth.site.problem import CannotGoOnError
from troth.sites.words import SCOPES_OF, Kind, Scope

if TYPE_CHECKING:
    from troth.sites.actions import Made, Wanted
    from troth.store import Tx

Overlap = Literal["now", "1h", "1d", "7d"]
OVERLAPS: Final[dict[Overlap, timedelta]] = {
    "now": timedelta(0),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}
"""As `sites.actions.OVERLAPS`."""
MAIN: Final = "main"
LABELS: Final[dict[Kind, str]] = {"secret": "Back end", "publishable": "Web page"}
SCOPES_AT_FIRST: Final[dict[Kind, frozenset[Scope]]] = {
    "secret": frozenset({"records", "consents"}),
    "publishable": frozenset(SCOPES_OF["publishable"]),
}
"""What a key may do where nobody says: to read values, or to vouch for who somebody is, is more."""


class Asked(msgspec.Struct, frozen=True):
    """A key as the options have it; None and nothing are for `_filled` to fill."""

    site: str | None
    kind: Kind
    label: str
    scopes: frozenset[Scope]
    origins: tuple[str, ...]
    per_minute: int
    days: int | None
    test: bool


class MadeTold(KeyTold, frozen=True, kw_only=True):
    """A key that was made, as JSON: the one time its text is told."""

    key: str
    replaces: str | None = None
    replaced_ends: str | None = None


def make_command(
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="SITE", help=mark("Its site in policy.toml (default: main).")
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", metavar="TEXT", help=mark("What uses it."))
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help=mark(
                "records, uses, consents or assertions; may be repeated (default: records and"
                " consents)."
            ),
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            metavar="https://…",
            help=mark("A page's origin it is for; may be repeated (default: all of the site's)."),
        ),
    ] = None,
    per_minute: Annotated[
        int, typer.Option("--per-minute", min=1, help=mark("How many calls a minute it may make."))
    ] = 600,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, help=mark("After how many days it ends (default: never).")),
    ] = None,
    *,
    publishable: Annotated[
        bool,
        typer.Option(
            "--publishable", help=mark("For a web page or an app, where all can read it.")
        ),
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help=mark("In test mode: nothing done by it counts."))
    ] = False,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Make a key of a site and print it, alone on a line of the standard output."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    kind: Kind = "publishable" if publishable else "secret"
    asked = Asked(
        site=site,
        kind=kind,
        label=LABELS[kind] if label is None else label,
        scopes=SCOPES_AT_FIRST[kind] if scope is None else cast("frozenset[Scope]", {*scope}),
        origins=tuple(origin or ()),
        per_minute=per_minute,
        days=days,
        test=test,
    )
    with on_data(settings), plainly():
        from troth.store import transact  # noqa: PLC0415 - needs Django set up

        made = transact(_make, asked)
    _tell(_told(made), translator(lang), as_json=as_json)


def rotate_command(
    key_id: Annotated[str, typer.Argument(metavar="ID", help=mark("The id of the old key."))],
    overlap: Annotated[
        Overlap, typer.Option("--overlap", help=mark("How long the old key works on."))
    ] = "1d",
    *,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Make a key that may do the same, print it, and let the old one end after the overlap."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    with on_data(settings), plainly():
        from troth.store import transact  # noqa: PLC0415 - needs Django set up

        made = transact(_rotate, key_id, OVERLAPS[overlap])
    _tell(_told(made), translator(lang), as_json=as_json)


def _make(tx: "Tx", asked: Asked) -> "Made":
    from troth.access.keys import tell_of  # noqa: PLC0415 - needs Django set up
    from troth.sites import actions  # noqa: PLC0415 - the same

    made = actions.make(tx, _filled(tx, asked))
    tell_of(tx, made.key)
    return made


def _rotate(tx: "Tx", key_id: str, overlap: timedelta) -> "Made":
    from troth.access.keys import tell_of  # noqa: PLC0415 - needs Django set up
    from troth.sites import actions  # noqa: PLC0415 - the same

    made = actions.rotate(tx, key_id, overlap)
    tell_of(tx, made.key)
    return made


def _filled(tx: "Tx", asked: Asked) -> "Wanted":
    """Fill what nobody named from the policy in force: the site, and a page's origins."""
    from troth.sites.actions import Wanted  # noqa: PLC0415 - needs Django set up
    from troth.sites.declared import ORIGIN, sites  # noqa: PLC0415 - the same

    declared = sites(tx.alias, tx.now)
    site = asked.site if asked.site is not None else _only(tuple(declared))
    origins = asked.origins
    if asked.kind == "publishable" and not origins and site in declared:
        told_of = declared[site].origins
        origins = tuple(one for one in told_of if ORIGIN.fullmatch(one.rstrip("/").lower()))
        if told_of and not origins:  # else it would be a key for software on a device
            raise CannotGoOnError(
                Message(
                    mark(
                        "The policy in force leaves open where “%(site)s” is: fill in the site's"
                        " origins in policy.toml, or make a test key with --test and --origin."
                    ),
                    {"site": site},
                )
            )
    return Wanted(
        site=site,
        kind=asked.kind,
        label=asked.label,
        scopes=asked.scopes,
        origins=origins,
        per_minute=asked.per_minute,
        test=asked.test,
        until=None if asked.days is None else tx.now + timedelta(days=asked.days),
    )


def _only(declared: tuple[str, ...]) -> str:
    """Return the site that is meant where none is named."""
    if MAIN in declared or not declared:
        return MAIN
    if len(declared) == 1:
        return declared[0]
    raise CannotGoOnError(
        Message(
            mark("Name the site with --site; the policy in force tells of %(sites)s."),
            {"sites": ", ".join(sorted(declared))},
        )
    )


def _told(made: "Made") -> MadeTold:
    old = made.key.replaces
    return MadeTold(
        **msgspec.structs.asdict(told(made.key, "works")),
        key=made.text,
        replaces=None if old is None else old.id,
        replaced_ends=None if old is None else told(old, "works").ends,
    )


def _tell(made: MadeTold, translate: Translate, *, as_json: bool) -> None:
    """Print the key alone to the standard output, and what it is to the standard error."""
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(made)).decode() + "\n")
        return
    sys.stdout.write(f"{made.key}\n")
    sys.stdout.flush()
    lines = [
        Message(
            mark("Key %(id)s of “%(site)s” (%(scopes)s) is made. It is shown this once."),
            {"id": made.id, "site": made.site, "scopes": ", ".join(made.scopes)},
        )
    ]
    if made.kind == "publishable":
        lines.append(_whence(made))
    if made.ends is not None:
        lines.append(Message(mark("It ends at %(at)s."), {"at": made.ends}))
    if made.replaces is not None:
        lines.append(
            Message(
                mark("Key %(id)s, which it replaces, ends at %(at)s."),
                {"id": made.replaces, "at": made.replaced_ends},
            )
        )
    sys.stderr.writelines(f"{line.render(translate)}\n" for line in lines)


def _whence(made: MadeTold) -> Message:
    if not made.origins:
        return Message(mark("It is for software on a device: no browser may use it."))
    return Message(
        mark("It is obeyed from %(origins)s alone."), {"origins": ", ".join(made.origins)}
    )
