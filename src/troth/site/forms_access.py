"""The forms of access: asking to see, deciding, cases, breaking the glass, looking into the record.

What is required is what the register requires; verbs refuse the rest with a sentence.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.site.forms_people import PeopleForm, reason_field

ROWS: Final = 3
PERSONS_LENGTH_MAX: Final = 40_000
NAME_LENGTH_MAX: Final = 100
DAYS_MAX: Final = 3_660
"""More than any setting allows; the verb says what is allowed."""
Choices = Sequence[tuple[str, str | list[tuple[str, str]]]]
"""Each value with its label; or a heading, with the values and labels that stand under it."""


def _persons() -> forms.CharField:
    return forms.CharField(
        label=_("Persons"),
        max_length=PERSONS_LENGTH_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": ROWS, "spellcheck": "false"}),
        help_text=_("Their pseudonyms, one a line."),
    )


def _what() -> forms.ChoiceField:
    """Return a field for a category and one of the purposes it is used for, in one choice.

    So nobody puts together what the policy does not.
    """
    return forms.ChoiceField(label=_("What, and for what"), required=False)


class AccessForm(PeopleForm):
    """A form whose choices come of the policy in force: `of(what=…, case=…)`."""

    places: ClassVar[Mapping[str, str]] = {"category": "what", "purpose": "what", "life": "days"}

    def of(self, **choices: Choices) -> "AccessForm":
        """Give fields their choices."""
        for name, offered in choices.items():
            if name in self.fields:
                self.fields[name].choices = offered  # type: ignore[attr-defined]  # of choices
        return self


class AskForm(AccessForm):
    """What a member asks to see, of whom, for how long, and why."""

    purpose = "staff-access"
    collects: ClassVar = {
        "what": ("access-log.category", "access-log.purpose"),
        "scope": "access-log.grant",
        "case": "access-log.grant",
        "persons": "access-log.subject",
        "days": "access-log.grant",
        "reason": "access-log.reason",
    }

    what = _what()
    scope = forms.ChoiceField(
        label=_("Of whom"),
        required=False,
        choices=[
            ("list", _("of the persons named below")),
            ("case", _("of the persons of a case")),
            ("all", _("of everybody")),
        ],
        widget=forms.RadioSelect,
    )
    persons = _persons()
    case = forms.ChoiceField(label=_("Case"), required=False)
    days = forms.IntegerField(
        label=_("For how many days"),
        required=False,
        min_value=1,
        max_value=DAYS_MAX,
        help_text=_("Time runs from the approval."),
    )
    reason = reason_field(_("Why"), _("Who decides reads this; it is sealed."))


class AnswerForm(PeopleForm):
    """A yes or no with a sentence; the answer is the button's, and without one nothing is done."""

    answers: ClassVar[Mapping[str, bool]]

    @property
    def answer(self) -> bool:
        """What was answered."""
        return self.answers[str(self.data["do"])]

    def clean(self) -> None:
        """Refuse what is no answer."""
        super().clean()
        if self.data.get("do") not in self.answers:
            raise forms.ValidationError(
                gettext("Choose one of the answers; nothing was done."), code="no-answer"
            )


class DecideForm(AnswerForm):
    """What is said to a request."""

    answers: ClassVar = {"approve": True, "refuse": False}
    purpose = "staff-access"
    collects: ClassVar = {"note": "access-log.reason"}

    note = reason_field(_("What you say to it (optional)"), "")


class ConfirmForm(AnswerForm):
    """Whether another member may take rows out."""

    answers: ClassVar = {"approve": True, "refuse": False}
    purpose = "staff-access"
    collects: ClassVar[Mapping[str, str]] = {}


class CaseForm(AccessForm):
    """A case a member opens."""

    purpose = "staff-access"
    collects: ClassVar = {
        "kind": "access-log.grant",
        "persons": "access-log.subject",
        "reason": "access-log.reason",
    }

    kind = forms.ChoiceField(label=_("What it is"), required=False)
    persons = _persons()
    reason = reason_field(
        _("What it is about (optional)"), _("Sealed under the first person's key.")
    )


class AssignForm(AccessForm):
    """To whom a case is given."""

    purpose = "staff-access"
    collects: ClassVar = {"handle": "access-log.member"}

    handle = forms.ChoiceField(label=_("Member"), required=False)


class LookForm(AccessForm):
    """For which purpose a value is opened."""

    purpose = "staff-access"
    collects: ClassVar = {"use": "access-log.purpose"}

    use = forms.ChoiceField(label=_("For what"), required=False)


class GlassForm(AccessForm):
    """What is taken in an emergency, of whom, and why."""

    purpose = "staff-access"
    collects: ClassVar = {
        "what": ("access-log.category", "access-log.purpose"),
        "persons": "access-log.subject",
        "reason": "access-log.reason",
    }

    what = _what()
    persons = _persons()
    reason = reason_field(
        _("Why it can't wait"), _("Sealed; whoever reviews it reads this in the console.")
    )


class FindingForm(AnswerForm):
    """What a review of broken glass found."""

    answers: ClassVar = {"justified": True, "not": False}
    purpose = "staff-access"
    collects: ClassVar = {"note": "access-log.reason"}

    note = reason_field(_("What you found"), "")


class ExportForm(PeopleForm):
    """Why the record is to be taken out."""

    purpose = "staff-access"
    collects: ClassVar = {"reason": "access-log.reason"}

    reason = reason_field(_("Why"), _("Sealed; whoever may confirm it reads this."))
