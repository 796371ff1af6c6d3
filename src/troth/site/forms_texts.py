"""The forms of what is nobody's data: texts of the house, and settings of access."""

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.access.organisation import NOTE_LENGTH_MAX, TITLE_LENGTH_MAX
from troth.access.undertakings import TEXT_LENGTH_MAX
from troth.site.forms_people import PeopleForm

ROWS: Final = 18
TEXT: Final = "house-text.text"
SETTING: Final = "house-text.setting"


def _body(label: Any, lang: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=TEXT_LENGTH_MAX,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": ROWS, "lang": lang, "spellcheck": "true"}),
    )


def _line(label: Any, length: int, text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, help_text=text)


class UndertakingTextForm(PeopleForm):
    """The undertaking's text in both languages."""

    purpose = "staff-access"
    collects: ClassVar = {"zh": TEXT, "en": TEXT}

    zh = _body(_("Text in Chinese"), "zh-Hans")
    en = _body(_("Text in English"), "en")


class ProcedureForm(PeopleForm):
    """A procedure in both languages; `number` is the version it was made from."""

    purpose = "staff-access"
    collects: ClassVar = dict.fromkeys(
        ("title_zh", "body_zh", "title_en", "body_en", "note", "review_days", "number"), TEXT
    )

    title_zh = _line(_("Title in Chinese"), TITLE_LENGTH_MAX)
    body_zh = _body(_("Text in Chinese"), "zh-Hans")
    title_en = _line(_("Title in English"), TITLE_LENGTH_MAX)
    body_en = _body(_("Text in English"), "en")
    note = _line(
        _("What is new (optional)"), NOTE_LENGTH_MAX, _("Stands in the history of this procedure.")
    )
    review_days = forms.IntegerField(
        label=_("Look at it again in so many days"), required=False, initial=365
    )
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ConfirmForm(PeopleForm):
    """A procedure was looked at and stays as it is, or is retired."""

    purpose = "staff-access"
    collects: ClassVar = {"note": TEXT, "review_days": TEXT, "number": TEXT}

    review_days = forms.IntegerField(
        label=_("Look at it again in so many days"), required=False, initial=365
    )
    note = _line(_("Note (optional)"), NOTE_LENGTH_MAX)
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NumberForm(PeopleForm):
    """A setting that is a whole number."""

    purpose = "staff-access"
    collects: ClassVar = {"value": SETTING}

    value = forms.IntegerField(label=_("Value"), required=False)


class SwitchForm(PeopleForm):
    """A setting that is on or off."""

    purpose = "staff-access"
    collects: ClassVar = {"value": SETTING}

    value = forms.BooleanField(label=_("On"), required=False)


class HoursForm(PeopleForm):
    """When members work."""

    purpose = "staff-access"
    collects: ClassVar = dict.fromkeys(("start", "end", "days", "zone"), SETTING)

    start = _line(_("Work begins at"), 5)
    end = _line(_("Work ends at"), 5)
    days = forms.MultipleChoiceField(
        label=_("Days"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("1", _("Monday")),
            ("2", _("Tuesday")),
            ("3", _("Wednesday")),
            ("4", _("Thursday")),
            ("5", _("Friday")),
            ("6", _("Saturday")),
            ("7", _("Sunday")),
        ],
    )
    zone = _line(_("Time zone"), 60, _("As Asia/Shanghai, or UTC."))


class LivesForm(PeopleForm):
    """How long grants last at most; categories may have a length of their own."""

    purpose = "staff-access"
    collects: ClassVar = dict.fromkeys(("any", "sensitive", "own"), SETTING)

    any = forms.IntegerField(label=_("Days, for most categories"), required=False)
    sensitive = forms.IntegerField(label=_("Days, for sensitive categories"), required=False)
    own = forms.CharField(
        label=_("Categories with a length of their own"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, as the register names it: request = 2"),
    )
