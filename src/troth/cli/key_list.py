"""`troth key list` and `troth key revoke`."""

import sys
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from troth.cli import options
from troth.cli.columns import columns
from troth.cli.key_shown import KeyTold, State, plainly, told
from troth.cli.language import GivenLanguage, translator
from troth.cli.storing import on_data
from troth.policy.words import Message, Translate, mark
from troth.site import config as configuration

if TYPE_CHECKING:
    from troth.sites.models import Key

NONE: Final = "—"
TO_THE_MINUTE: Final = 16
"""How much of a moment in ISO 8601 a table shows."""
STATES: Final[dict[State, str]] = {
    "works": mark("works"),
    "ended": mark("ended"),
    "revoked": mark("revoked"),
    "site-gone": mark("site no longer in the policy"),
}
TEST: Final = mark(", test")
KINDS: Final = {"secret": mark("secret"), "publishable": mark("publishable")}
HEADINGS: Final = (
    mark("id"),
    mark("site"),
    mark("kind"),
    mark("label"),
    mark("scopes"),
    mark("origins"),
    mark("made"),
    mark("ends"),
    mark("last used"),
    mark("state"),
)


def list_command(
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help=mark("Only keys of this site."))
    ] = None,
    *,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """List the keys of sites, those that work first; none is written out."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    with on_data(settings):
        found = _found(site)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode({"keys": found})).decode() + "\n")
        return
    sys.stdout.write(_table(found, translator(lang)))


def revoke_command(
    key_id: Annotated[str, typer.Argument(metavar="ID", help=mark("The id of the key."))],
    *,
    as_json: options.AsJson = False,
    data: options.Data = None,
    database: options.Database = None,
    config: options.ConfigFile = None,
    lang: GivenLanguage = None,
) -> None:
    """Have a key be refused from now on; it never works again."""
    settings = configuration.load(options.flags(data=data, database=database, config=config))
    with on_data(settings), plainly():
        from troth.sites.actions import revoke  # noqa: PLC0415 - needs Django set up
        from troth.store import transact  # noqa: PLC0415 - the same

        transact(revoke, key_id)
    if as_json:
        sys.stdout.write(msgspec.json.encode({"id": key_id, "revoked": True}).decode() + "\n")
        return
    said = Message(mark("Key %(id)s is refused from now on, and for ever."), {"id": key_id})
    sys.stdout.write(said.render(translator(lang)) + "\n")


def _found(site: str | None) -> list[KeyTold]:
    from troth.sites.declared import sites  # noqa: PLC0415 - needs Django set up
    from troth.sites.models import Key  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same

    alias, now = Store().alias, datetime.now(UTC)
    declared = sites(alias, now)
    rows = Key.objects.using(alias).order_by("site", "-made_at", "id")
    asked = rows if site is None else rows.filter(site=site)
    found = [told(key, _state(key, declared, now)) for key in asked]
    return sorted(found, key=lambda key: key.state != "works")


def _state(key: "Key", declared: Collection[str], now: datetime) -> State:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "ended"
    return "works" if key.site in declared else "site-gone"


def _table(found: list[KeyTold], translate: Translate) -> str:
    if not found:
        return translate(mark("There is no key; make one with `troth key make`.")) + "\n"
    return columns([[translate(one) for one in HEADINGS], *(_row(key, translate) for key in found)])


def _row(key: KeyTold, translate: Translate) -> list[str]:
    kind = translate(KINDS[key.kind])
    return [
        key.id,
        key.site,
        kind + translate(TEST) if key.test else kind,
        key.label,
        ",".join(key.scopes),
        ",".join(key.origins) or NONE,
        _minute(key.made),
        _minute(key.ends),
        _minute(key.last_used),
        translate(STATES[key.state]),
    ]


def _minute(at: str | None) -> str:
    """Return a moment to the minute, in UTC."""
    return NONE if at is None else at[:TO_THE_MINUTE].replace("T", " ") + "Z"
