"""The undertaking as a member sees it: the text in her language, and how she stands to it."""

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.utils.safestring import SafeString
from msgspec import Struct

from troth.access.models import Member, Signature, UndertakingText
from troth.access.undertakings import (
    newest_signature,
    newest_text,
    text_unchanged,
    until_at,
    verify_seal,
)
from troth.policy.words import Lang
from troth.site.typeset.prose import is_chinese
from troth.site.typeset.texts import text_html


class TextShown(Struct, frozen=True):
    """One version of the text in one language."""

    number: int
    since: datetime
    by: str
    html: SafeString
    hash: str
    intact: bool
    is_newest: bool


class UndertakingShown(Struct, frozen=True):
    """The text that holds, and what of it a member has signed.

    `why` is "" while her signature holds, else `never`, `altered`, `ended`, `text` or `policy`.
    """

    text: TextShown | None
    number: int
    signature: Signature | None
    until: datetime | None
    holds: bool
    why: str


def reader_lang() -> Lang:
    """Return the language the page is in."""
    return "zh" if is_chinese() else "en"


def undertaking_shown(member: Member, now: datetime, lang: Lang) -> UndertakingShown:
    """Return the newest text and how a member stands to it."""
    newest = newest_text(DEFAULT_DB_ALIAS)
    signed = newest_signature(DEFAULT_DB_ALIAS, member)
    until = until_at(DEFAULT_DB_ALIAS, signed)
    holds = until is not None and until > now
    return UndertakingShown(
        text=None if newest is None else _shown(newest, lang, newest=True),
        number=0 if newest is None else newest.number,
        signature=signed,
        until=until,
        holds=holds,
        why="" if holds else _why(signed, newest, now),
    )


def text_numbered(alias: str, number: int, lang: Lang) -> TextShown | None:
    """Return the text of a number."""
    row = UndertakingText.objects.using(alias).filter(number=number).first()
    newest = newest_text(alias)
    return None if row is None else _shown(row, lang, newest=row == newest)


def older_texts(alias: str) -> tuple[UndertakingText, ...]:
    """Return the texts that held before, the newest of them first."""
    return tuple(UndertakingText.objects.using(alias).order_by("-number")[1:50])


def _shown(row: UndertakingText, lang: Lang, *, newest: bool) -> TextShown:
    written = row.zh if lang == "zh" else row.en
    return TextShown(
        row.number, row.since, row.by, text_html(written), row.hash, text_unchanged(row), newest
    )


def _why(signed: Signature | None, newest: UndertakingText | None, now: datetime) -> str:
    if signed is None:
        return "never"
    if not verify_seal(signed):
        return "altered"
    if newest is not None and newest.number > signed.text_id:
        return "text"
    return "ended" if signed.until <= now else "policy"
