"""How a mail reads: its wording in each language, with its places filled.

`worded(alias, mail) -> Worded`       as it is now: the newest version, or what it came with
`default_of(mail) -> Worded`          what it came with, from the catalogues
`demand_fit(mail, worded) -> None`    raises UnfitWordingError naming each thing that is wrong
`compose(worded, values, lang, frame) -> Words`   ready to be sent

A place is written `%(name)s`. A mail goes out in both languages unless it is known which one the
person reads: we ask nobody for her language, and half of a mail is no loss.
"""

import re
from collections.abc import Mapping
from typing import Final

from django.utils import translation
from msgspec import Struct

from troth.notices.models import BODY_LENGTH_MAX, SUBJECT_LENGTH_MAX, Wording
from troth.people.mail import Mail
from troth.policy.words import LANGS, Lang, Message, mark

PLACE: Final = re.compile(r"%\(([^)]*)\)s|%%")
OPENED: Final = re.compile(r"%\([^)\s]{0,40}(?:\)s?)?")
BREAKS: Final = re.compile(r"[\r\n\x00-\x08\x0b-\x1f\x7f]")
CODES: Final[Mapping[Lang, str]] = {"zh": "zh-hans", "en": "en"}
TAGS: Final[Mapping[Lang, str]] = {"zh": "zh-Hans", "en": "en"}
OTHER_BELOW: Final = "(English below)"
RULE: Final = "─" * 24
TRIAL: Final[Mapping[Lang, str]] = {"zh": "【试发】", "en": "[Trial] "}


class Words(Struct, frozen=True):
    """Subject and body in one language."""

    subject: str
    body: str


class Worded(Struct, frozen=True):
    """A mail's wording in both languages; `version` is 0 for what it came with."""

    zh: Words
    en: Words
    version: int = 0

    def __getitem__(self, lang: Lang) -> Words:
        return self.zh if lang == "zh" else self.en


class Frame(Struct, frozen=True):
    """What stands under each mail: whose server sent it, and where that is ("" if not set)."""

    name: str
    url: str


class Fault(Struct, frozen=True):
    """What is wrong in one text of a wording."""

    lang: Lang
    part: str
    message: Message


class UnfitWordingError(ValueError):
    """A wording cannot be used; `faults` say where and why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self.message = faults[0].message
        super().__init__(self.message.render(str))


def worded(alias: str, mail: Mail) -> Worded:
    """Return how a mail is worded now."""
    row = newest(alias, mail.name)
    return default_of(mail) if row is None or row.default else of_row(row)


def newest(alias: str, name: str) -> Wording | None:
    """Return the newest version of a mail's wording, None where nobody has changed it."""
    return Wording.objects.using(alias).filter(mail=name).order_by("-id").first()


def of_row(row: Wording) -> Worded:
    """Return what a version says."""
    zh, en = (Words(row.subject(lang), row.body(lang)) for lang in LANGS)
    return Worded(zh, en, row.pk)


def default_of(mail: Mail) -> Worded:
    """Return the wording a mail came with."""

    def said(lang: Lang) -> Words:
        with translation.override(CODES[lang]):
            return Words(translation.gettext(mail.subject), translation.gettext(mail.body))

    return Worded(said("zh"), said("en"))


def demand_fit(mail: Mail, wanted: Worded) -> None:
    """Refuse a wording with an unknown place, without one it needs, empty or too long."""
    faults = [fault for lang in LANGS for fault in _faults(mail, lang, wanted[lang])]
    if faults:
        raise UnfitWordingError(tuple(faults))


def _faults(mail: Mail, lang: Lang, words: Words) -> list[Fault]:
    found: list[Fault] = []
    limits = {"subject": SUBJECT_LENGTH_MAX, "body": BODY_LENGTH_MAX}
    for part, limit in limits.items():
        text = getattr(words, part)

        def fault(template: str, *, at: str = part, **values: object) -> None:
            found.append(Fault(lang, at, Message(template, values)))

        if not text.strip():
            fault(EMPTY)
        if len(text) > limit:
            fault(TOO_LONG, number=limit)
        for place in _unknown(mail, text):
            known = ", ".join(f"%({name})s" for name in mail.places) or "–"
            fault(UNKNOWN, place=place, known=known)
    if BREAKS.search(words.subject):
        found.append(Fault(lang, "subject", Message(ONE_LINE)))
    held = places_in(words.subject) | places_in(words.body)
    missing = [f"%({name})s" for name in mail.places if name not in held]
    return found + [Fault(lang, "body", Message(MISSING, {"place": one})) for one in missing]


def _unknown(mail: Mail, text: str) -> list[str]:
    """Return what looks like a place and is none of this mail."""
    rest = PLACE.sub(lambda m: "" if m[1] is None or m[1] in mail.places else m[0], text)
    return list(dict.fromkeys(match[0] for match in OPENED.finditer(rest)))


def places_in(text: str) -> frozenset[str]:
    """Return the names of the places of a text."""
    return frozenset(match[1] for match in PLACE.finditer(text) if match[1] is not None)


def samples_of(mail: Mail) -> dict[str, str]:
    """Return made-up values for every place of a mail."""
    return {name: mail.samples.get(name, f"‹{name}›") for name in mail.places}


def outline(text: str) -> str:
    """Return a text with its places named, as it is listed."""
    return PLACE.sub(lambda m: "%" if m[1] is None else f"‹{m[1]}›", text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into their places; what is not given stays as it is written."""
    return PLACE.sub(lambda m: "%" if m[1] is None else values.get(m[1], m[0]), text)


def compose(
    found: Worded,
    values: Mapping[str, str],
    lang: Lang | None,
    frame: Frame,
    *,
    trial: bool = False,
) -> Words:
    """Return a mail as it is sent: in one language, or in both with a rule between them."""
    langs: tuple[Lang, ...] = LANGS if lang is None else (lang,)
    subjects = [(TRIAL[one] if trial else "") + fill(found[one].subject, values) for one in langs]
    bodies = [fill(found[one].body, values).strip() for one in langs]
    if len(langs) > 1:
        bodies[0] = f"{OTHER_BELOW}\n\n{bodies[0]}"
    feet = [_foot(one, frame) for one in langs]
    text = f"\n\n{RULE}\n\n".join(bodies) + "\n\n-- \n" + "\n".join(feet)
    if frame.url:
        text += f"\n{frame.url}"
    return Words(" · ".join(subjects), text + "\n")


def _foot(lang: Lang, frame: Frame) -> str:
    with translation.override(CODES[lang]):
        return translation.gettext(SENT_BY) % {"name": frame.name}


def tags(lang: Lang | None) -> str:
    """Return the languages of a mail as a header tells them."""
    return TAGS[lang] if lang else ", ".join(TAGS[one] for one in LANGS)


SENT_BY: Final = mark("Sent by the privacy server of %(name)s.")
EMPTY: Final = mark("Please write something here.")
TOO_LONG: Final = mark("At most %(number)s characters, please.")
ONE_LINE: Final = mark("A subject is one line.")
UNKNOWN: Final = mark("This mail has no place %(place)s; its places are %(known)s.")
MISSING: Final = mark("The place %(place)s is missing; without it the mail does not tell enough.")
