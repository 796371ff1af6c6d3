"""What members do about keys of sites, by who may; `sites` itself knows no members.

`make(tx, wanted) -> Made`                     raises UnfitKeyError
`rotate(tx, key_id, overlap, seen) -> Made`    raises NoKeyError, MeanwhileError, UnfitKeyError
`revoke(tx, key_id) -> None`                   raises NoKeyError
`wants_proof(kind, test) -> bool`              whether making one asks for a fresh proof
`tell_of(tx, key) -> list[str]`                mails about a key that reads values; whom it told
"""

from datetime import timedelta

from django.db.models import Q

from troth.access import objects
from troth.access.acting import acting
from troth.access.models import Member
from troth.access.roles import OWNER, PRIVACY_OFFICER
from troth.access.telling import holders, tell
from troth.policy.words import Message, mark
from troth.sites import actions
from troth.sites.actions import Made, Wanted
from troth.sites.errors import UnfitKeyError
from troth.sites.models import Key
from troth.store import Tx


class MeanwhileError(Exception):
    """Somebody else has made a new key for this one since the page was opened."""

    def __init__(self, key_id: str) -> None:
        self.message = Message(
            mark("Somebody has made a new key for it meanwhile: %(key)s."), {"key": key_id}
        )
        super().__init__(self.message.render(str))


def wants_proof(kind: str, *, test: bool) -> bool:
    """Tell whether a key opens so much that who makes one proves again who she is."""
    return kind == "secret" and not test


def make(tx: Tx, wanted: Wanted) -> Made:
    """Make a key. Its name tells it from every other of its site, kind and mode that works.

    So a form that was sent twice makes no second key of which nobody has seen the secret.
    """
    actor = acting(tx)
    objects.on_house(actor, "key.make")
    alike = Key.objects.using(tx.alias).filter(
        Q(expires_at=None) | Q(expires_at__gt=tx.now),
        site=wanted.site,
        kind=wanted.kind,
        test=wanted.test,
        label=" ".join(wanted.label.split()),
        revoked_at=None,
    )
    if alike.exists():
        says = mark("A key of that name works already: name this one otherwise.")
        raise UnfitKeyError("label", Message(says))
    made = actions.make(tx, wanted)
    tell_of(tx, made.key, but=actor.member)
    return made


def rotate(tx: Tx, key_id: str, overlap: timedelta, seen: str) -> Made:
    """Make a key in place of another; `seen` is the newest made for it so far, "" for none.

    Of two who do it at once the second is told, and makes none.
    """
    actor = acting(tx)
    objects.on_house(actor, "key.make")
    objects.on_house(actor, "key.end")
    rows = Key.objects.using(tx.alias)
    list(rows.select_for_update().filter(pk=key_id))  # whoever is before us ends first
    newest = rows.filter(replaces=key_id).order_by("-made_at").first()
    if newest is not None and newest.id != seen:
        raise MeanwhileError(newest.id)
    made = actions.rotate(tx, key_id, overlap)
    tell_of(tx, made.key, but=actor.member)
    return made


def revoke(tx: Tx, key_id: str) -> None:
    """Have a key be refused from now on."""
    objects.on_house(acting(tx), "key.end")
    actions.revoke(tx, key_id)


def tell_of(tx: Tx, key: Key, *, but: Member | None = None) -> list[str]:
    """Tell who governs of a key that reads values: whoever holds it needs no grant for them.

    Of any other key, and of one in test mode, nobody is told; nor is who made it.
    """
    if key.test or "uses" not in key.scopes:
        return []
    values = {"maker": tx.actor, "key": key.id, "site": key.site}
    governs = holders(tx, (OWNER, PRIVACY_OFFICER), but=but)
    return tell(tx, governs, "access.key-reads", values, f"key-reads.{key.id}")
