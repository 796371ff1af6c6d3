"""The words every other module speaks: languages, ids, bilingual text, translatable messages."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NewType

from msgspec import Struct, field

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")

StatementId = NewType("StatementId", str)
"""Dotted lower-case name of one statement, the same in each language: `cookies.sent`."""

VersionHash = NewType("VersionHash", str)
"""64 hexadecimal digits: SHA-256 over the files of one policy version."""

Pseudonym = NewType("Pseudonym", str)
"""Stands for a person where her identity may not be written down."""

Translate = Callable[[str], str]
"""From an English message template to the reader's language (gettext)."""


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """The same text in each language."""

    zh: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


class Message(Struct, frozen=True):
    """A sentence for people, kept apart from its values so that the edge can translate it.

    `template` is English with `%(name)s` places and is the gettext id. A value that is a sentence
    itself is translated with it.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def render(self, translate: Translate) -> str:
        """Return the sentence in the language `translate` gives."""
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.template) % values


def mark(template: str) -> str:
    """Mark a template for extraction into the catalogues; returns it unchanged."""
    return template
