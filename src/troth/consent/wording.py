"""What somebody is asked for a yes, word for word: it comes from the version, so it can be checked.

`asked(version, about, lang) -> Asked | None`     None: the version asks for no such yes
`kind_of(register, about) -> Kind | None`
`told_by(version, about) -> StatementId | None`
`about` is a path of `Rulebook.bits`: `purpose.search`, `partner.map`, `class.statistics`, … Pure.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct

from troth.policy.document import Version
from troth.policy.register import Entry, Purpose, Register
from troth.policy.words import Lang, StatementId

Kind = Literal["acceptance", "acknowledgement", "consent", "separate"]
"""The four kinds of yes, of which none stands for another. PIPL 14, 23, 25, 29; GDPR 7."""
ACCEPTANCE: Final[Kind] = "acceptance"
ACKNOWLEDGEMENT: Final[Kind] = "acknowledgement"
CONSENT: Final[Kind] = "consent"
SEPARATE: Final[Kind] = "separate"
CLASS: Final = "class"
NECESSARY: Final = "necessary"


class Asked(Struct, frozen=True):
    """The words somebody is shown for one yes, and of which kind that yes is."""

    kind: Kind
    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of the words as UTF-8, in 64 hexadecimal digits: what a yes is bound to."""
        return sha256(self.text.encode()).hexdigest()


def kind_of(register: Register, about: str) -> Kind | None:
    """Return the kind of yes a register path asks for; None if it asks for none."""
    table, _, name = about.partition(".")
    if table == "purpose":
        purpose = register.purpose.get(name)
        return None if purpose is None or purpose.need == "none" else purpose.need
    if table == "category":
        category = register.category.get(name)
        return SEPARATE if category is not None and category.sensitive else None
    if table == "recipient":
        recipient = register.recipient.get(name)
        return None if recipient is None or recipient.ground == "law" else SEPARATE
    if table == "partner":
        return SEPARATE if name in register.partner else None
    return CONSENT if _cookies(register, about) else None


def asks(register: Register) -> tuple[str, ...]:
    """Return every register path that asks for a yes; a class stands for its cookies."""
    classes = {one.cookie_class for one in register.cookie.values()} - {NECESSARY}
    paths = [f"{CLASS}.{name}" for name in sorted(classes)]
    for table in ("purpose", "category", "partner", "recipient"):
        paths += [f"{table}.{name}" for name in getattr(register, table)]
    return tuple(path for path in paths if kind_of(register, path) is not None)


def asked(version: Version, about: str, lang: Lang) -> Asked | None:
    """Return the words for one yes in a language.

    They are the entry's label, the sentence of the policy that tells of it and how the yes is
    withdrawn; for a class of cookies the label of each cookie and their sentences, each once.
    """
    register = version.register
    kind = kind_of(register, about)
    if kind is None:
        return None
    entries = _entries(register, about)
    lines = [one.label[lang] for one in entries]
    named = {one.statement for one in entries}
    told = {one.id: one.text[lang] for one in version.statements if one.id in named}
    lines += dict.fromkeys(_sentence(told, one.statement) for one in entries)
    lines += [one.withdraw[lang] for one in entries if isinstance(one, Purpose) and one.withdraw]
    return Asked(kind, "\n".join(line for line in lines if line))


def _cookies(register: Register, about: str) -> list[Entry]:
    table, _, name = about.partition(".")
    return [
        cookie
        for key, cookie in register.cookie.items()
        if cookie.cookie_class != NECESSARY
        and ((table == CLASS and cookie.cookie_class == name) or about == f"cookie.{key}")
    ]


def _entries(register: Register, about: str) -> list[Entry]:
    table, _, name = about.partition(".")
    if table in {CLASS, "cookie"}:
        return _cookies(register, about)
    found: Entry = getattr(register, table)[name]
    return [found]


def _sentence(told: Mapping[StatementId, str], statement: StatementId) -> str:
    return told.get(statement, "")


def told_by(version: Version, about: str) -> StatementId | None:
    """Return the sentence that tells of an entry; None for a class of cookies, which has many."""
    table, _, name = about.partition(".")
    entry = getattr(version.register, table, {}).get(name)
    return None if entry is None else entry.statement
