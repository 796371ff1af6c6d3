"""Verbs of the confidentiality undertaking: its texts, and who signed which of them.

`publish_text(tx, zh, en) -> UndertakingText`     raises TextError
`sign(tx, number, name, lang) -> Signature`       raises TextChangedError, TextError
`until_of(tx, member) -> datetime | None`         asked at every view
`verify_seal(signature) -> bool`                  the text and the row are as they were signed
`name_of(tx, signature) -> str`                   opened for its purpose, and entered

A signature holds for some days (setting `undertaking_days`), and not after a newer text or a
policy that changed in substance.
"""

import hmac
import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import Final

from django.db.models import OuterRef, Subquery

from troth import vault
from troth.access import objects, turns
from troth.access.acting import acting
from troth.access.models import Member, Signature, UndertakingText
from troth.access.settings import UNDERTAKING_DAYS, number
from troth.access.telling import tell
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.values import NoPolicyError, Under, demand, demand_use, person_of
from troth.policy.change import Change
from troth.policy.words import LANGS, Lang, Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import Plain, Sealed
from troth.versions.models import Effect, StoredVersion

CATEGORY: Final = "undertaking"
PURPOSE: Final = "staff-access"
UNDER: Final = Under(CATEGORY, PURPOSE, "direct")
NAME: Final = "name"
NAME_LENGTH_MAX: Final = 80
TEXT_LENGTH_MAX: Final = 20_000
LOCK: Final = "access.undertaking"
NAMED_MAX: Final = 500
"""So many members are named in a query; of more, all are read."""
MATERIAL: Final = frozenset({"5.1", "5.2", "5.3", "5.4", "5.5", "5.6"})


class TextError(ValueError):
    """What was written is missing or too long; `field` says which, `message` what to do."""

    def __init__(self, field: str, message: Message) -> None:
        self.field, self.message = field, message
        super().__init__(message.render(str))


class TextChangedError(Exception):
    """The text she read is not the newest any more."""

    def __init__(self) -> None:
        self.message = Message(
            mark("The text has changed since you opened this page; please read the new one.")
        )
        super().__init__(self.message.render(str))


def newest_text(alias: str) -> UndertakingText | None:
    """Return the text that is to be signed now."""
    return UndertakingText.objects.using(alias).order_by("-number").first()


def publish_text(tx: Tx, zh: str, en: str) -> UndertakingText:
    """Make a new text the one that holds: who signed an older one signs again, and is told."""
    turns.change(tx)
    serialise(tx, LOCK)
    objects.on_house(acting(tx), "undertaking.edit")
    text = write_text(tx, zh, en)
    signed = Member.objects.using(tx.alias).select_related("account")
    signed = signed.filter(left_at=None, signatures__isnull=False).distinct()
    tell(tx, signed, "access.undertaking-due", due(tx.now), f"access.undertaking-{text.number}")
    return text


def write_text(tx: Tx, zh: str, en: str) -> UndertakingText:
    """Record a text with the next number, for the verbs of access. Raises TextError."""
    written = {"zh": tidy(zh), "en": tidy(en)}
    for lang in LANGS:
        demand_text(lang, written[lang])
    before = newest_text(tx.alias)
    if before is not None and (before.zh, before.en) == (written["zh"], written["en"]):
        raise TextError("en", Message(mark("This is the text that holds already.")))
    hashed = text_hash(written["zh"], written["en"])
    if UndertakingText.objects.using(tx.alias).filter(hash=hashed).exists():
        raise TextError(
            "en", Message(mark("This text held once before; say in it what is different now."))
        )
    numbered = 1 if before is None else before.number + 1
    about = {"text": numbered, "hash": hashed}
    entry = record(tx, LedgerEntry("access.undertaking-published", about=about))
    return UndertakingText.objects.using(tx.alias).create(
        number=numbered, **written, hash=hashed, since=tx.now, by=tx.actor, entry=entry
    )


def sign(tx: Tx, text_number: int, name: str, lang: Lang) -> Signature:
    """Sign the newest text, which has to be the one she read; her name is sealed.

    That she has just proven who she is, the page holds (`people.reauth`).
    """
    serialise(tx, LOCK)
    actor = acting(tx)
    objects.on_self(actor, "undertaking.sign")
    member = actor.member
    text = newest_text(tx.alias)
    if text is None or text.number != text_number or not text_unchanged(text):
        raise TextChangedError
    name = " ".join(name.split())
    if not any(c.isalpha() for c in name) or len(name) > NAME_LENGTH_MAX:
        raise TextError(
            NAME,
            Message(
                mark("Write your name, in at most %(number)s characters."),
                {"number": NAME_LENGTH_MAX},
            ),
        )
    rules, asked, decision = demand(tx, {NAME: name, "handle": member.handle}, UNDER)
    person = person_of(tx, member.account)
    sealed = vault.seal(tx, person, CATEGORY, NAME, name, rules.version)
    until = tx.now + timedelta(days=number(tx, UNDERTAKING_DAYS))
    seal = seal_of(text, member.handle, tx.now, rules.version)
    about = {"member": member.handle, "text": text.number, "seal": seal, "until": moment(until)}
    entry = record(
        tx,
        LedgerEntry(
            "access.undertaking-signed",
            rules.version,
            vault.pseudonym(tx, person),
            about,
            asked,
            decision,
        ),
    )
    tx.memo.pop("access.standing", None)  # how she stands is to be looked up again
    return Signature.objects.using(tx.alias).create(
        member=member,
        text=text,
        at=tx.now,
        until=until,
        lang=lang,
        policy=rules.version,
        name_box=sealed.box,
        seal=seal,
        entry=entry,
    )


def until_of(tx: Tx, member: Member) -> datetime | None:
    """Return until when a member is sworn, or was; None if she never signed what stands there."""
    return until_at(tx.alias, newest_signature(tx.alias, member))


def newest_signature(alias: str, member: Member) -> Signature | None:
    """Return what a member signed last."""
    signed = Signature.objects.using(alias).filter(member=member)
    return signed.select_related("text", "member__account").order_by("-at", "-pk").first()


def until_at(alias: str, signed: Signature | None) -> datetime | None:
    """Return until when a signature holds; None for one whose seal is broken."""
    if signed is None or not verify_seal(signed):
        return None
    newer = UndertakingText.objects.using(alias).filter(number__gt=signed.text_id)
    ends = [signed.until, *newer.order_by("number").values_list("since", flat=True)[:1]]
    return min([*ends, *islice(_changes_in_substance(alias, signed.at), 1)])


def untils(alias: str, members: Collection[Member]) -> dict[int, datetime | None]:
    """Return until when each of many members is sworn, as `until_of`, in three queries."""
    newest = Signature.objects.filter(member=OuterRef("member")).order_by("-at", "-pk")
    rows = Signature.objects.using(alias).filter(pk=Subquery(newest.values("pk")[:1]))
    if len(members) <= NAMED_MAX:
        rows = rows.filter(member__in=members)
    texts = {text.number: text for text in UndertakingText.objects.using(alias)}
    intact = {number: text_unchanged(text) for number, text in texts.items()}
    signed = list(rows.select_related("member__account"))
    first = min((row.at for row in signed), default=None)
    changed = [] if first is None else list(_changes_in_substance(alias, first))
    found: dict[int, datetime | None] = {}
    for row in signed:
        newer = [text.since for number, text in texts.items() if number > row.text_id]
        later = [at for at in changed if at > row.at]
        holds = intact[row.text_id] and _seal_fits(row, texts[row.text_id])
        found[row.member_id] = min([row.until, *newer, *later]) if holds else None
    return found


def _changes_in_substance(alias: str, since: datetime) -> Iterator[datetime]:
    """Yield when policies took effect after a moment that changed more than wording."""
    effects = Effect.objects.using(alias).filter(from_at__gt=since).order_by("from_at")
    for chain, from_at in effects.values_list("version__chain", "from_at"):
        if is_material(alias, chain):
            yield from_at


@lru_cache(maxsize=64)
def is_material(alias: str, chain: str) -> bool:
    """Tell whether a version, named by its chain, changed what people were promised."""
    changes = StoredVersion.objects.using(alias).get(chain=chain).change_list
    return any(map(changes_substance, changes))


def changes_substance(change: Change) -> bool:
    """Tell whether one change is of the kinds a policy is announced for again, or does harm."""
    return change.harmful or not MATERIAL.isdisjoint(change.kinds)


def verify_seal(signed: Signature) -> bool:
    """Tell whether the text is the one that was signed, and the row as it was written."""
    return text_unchanged(signed.text) and _seal_fits(signed, signed.text)


def _seal_fits(signed: Signature, text: UndertakingText) -> bool:
    sealed = seal_of(text, signed.member.handle, signed.at, signed.policy)
    return hmac.compare_digest(sealed, signed.seal)


def seal_of(text: UndertakingText, handle: str, at: datetime, policy: str) -> str:
    """Return the seal: SHA-256 over canonical JSON of what was signed, by whom and when."""
    told = {
        "at": moment(at),
        "handle": handle,
        "hash": text.hash,
        "policy": policy,
        "text": text.number,
    }
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def text_unchanged(text: UndertakingText) -> bool:
    """Tell whether a text is what its hash was taken of."""
    return hmac.compare_digest(text_hash(text.zh, text.en), text.hash)


def text_hash(zh: str, en: str) -> str:
    """Return SHA-256 over both languages, each with its length before it."""
    digest = sha256()
    for written in (zh.encode(), en.encode()):
        digest.update(len(written).to_bytes(8) + written)
    return digest.hexdigest()


def name_of(tx: Tx, signed: Signature) -> Plain | None:
    """Open the name somebody signed with; None where her key is destroyed."""
    try:
        rules, asked, decision = demand_use(tx, CATEGORY, PURPOSE)
    except NoPolicyError:
        return None
    person = person_of(tx, signed.member.account)
    who = vault.known_pseudonym(tx, person)
    if who is None:
        return None
    sealed = Sealed(person, CATEGORY, NAME, signed.policy, bytes(signed.name_box))
    opened = vault.unseal(tx, sealed, permit(decision, asked, who))
    about = {"field": NAME}
    record(tx, LedgerEntry("access.signer-named", rules.version, who, about, asked, decision))
    return opened


def due(until: datetime) -> dict[str, str]:
    """Return what a reminder says: the day from which she sees nobody's data."""
    return {"day": f"{until:%Y-%m-%d}"}


def tidy(text: str) -> str:
    """Return a text with one kind of line end, and one of them at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


def demand_text(field: str, text: str) -> None:
    """Refuse a text that is empty or a book. Raises TextError."""
    if not text.strip():
        raise TextError(field, Message(mark("This text is needed in both languages.")))
    if len(text) > TEXT_LENGTH_MAX:
        raise TextError(
            field,
            Message(mark("At most %(number)s characters, please."), {"number": TEXT_LENGTH_MAX}),
        )
