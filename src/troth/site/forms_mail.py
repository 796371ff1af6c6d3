"""The form by which a mail is worded, in both languages side by side."""

from typing import ClassVar, Final, Self

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.notices.models import BODY_LENGTH_MAX, SUBJECT_LENGTH_MAX
from troth.notices.wording import Fault, Worded, Words
from troth.site.forms import DeclaredForm
from troth.site.navigation import NUMBER

BODY_ROWS: Final = 14


def _subject(lang: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"lang": lang, "maxlength": SUBJECT_LENGTH_MAX})
    return forms.CharField(label=_("Subject"), required=False, widget=widget)


def _body(lang: str) -> forms.CharField:
    attrs = {"lang": lang, "maxlength": BODY_LENGTH_MAX, "rows": BODY_ROWS}
    return forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs=attrs))


class WordingForm(DeclaredForm):
    """Subject and text of a mail; what is wrong in them is `notices` to say."""

    purpose = "staff-access"
    collects: ClassVar = {
        "subject_zh": "house-text.text",
        "body_zh": "house-text.text",
        "subject_en": "house-text.text",
        "body_en": "house-text.text",
    }

    subject_zh = _subject("zh-Hans")
    body_zh = _body("zh-Hans")
    subject_en = _subject("en")
    body_en = _body("en")

    @classmethod
    def showing(cls, worded: Worded) -> Self:
        """Return the form filled with a wording."""
        zh, en = worded.zh, worded.en
        return cls(
            initial={
                "subject_zh": zh.subject,
                "body_zh": zh.body,
                "subject_en": en.subject,
                "body_en": en.body,
            }
        )

    @property
    def sides(self) -> tuple[tuple[str, str, str, tuple[forms.BoundField, ...]], ...]:
        """The fields by language: its tag, its name, how it is told apart, its fields."""
        return (
            ("zh", "zh-Hans", "中文", (self["subject_zh"], self["body_zh"])),
            ("en", "en", "English", (self["subject_en"], self["body_en"])),
        )

    @property
    def after(self) -> int:
        """The version the writer had before her, 0 for none."""
        told = str(self.data.get("after", ""))
        return int(told) if NUMBER.fullmatch(told) else 0

    def written(self) -> Worded:
        """Return what was written; line breaks are those of this machine."""

        def words(lang: str) -> Words:
            subject, body = (
                str(self.cleaned_data.get(f"{part}_{lang}") or "") for part in ("subject", "body")
            )
            return Words(subject, body.replace("\r\n", "\n").replace("\r", "\n"))

        return Worded(words("zh"), words("en"))

    def refuse(self, faults: tuple[Fault, ...]) -> None:
        """Say beside each text what is wrong with it."""
        for fault in faults:
            self.add_error(f"{fault.part}_{fault.lang}", fault.message.render(gettext))
