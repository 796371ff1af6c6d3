"""The forms about members: invitations, roles, reasons, a name, a signature.

What is required here is what the register requires; verbs refuse the rest with a sentence.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.access.invitations import AlreadyInvitedError, AlreadyMemberError, NoRolesError
from troth.access.known import ADDRESS_LENGTH_MAX, NAME_LENGTH_MAX
from troth.access.members import MeanwhileError, UnknownRoleError
from troth.access.notes import LENGTH_MAX as NOTE_LENGTH_MAX
from troth.access.roles import NAMES, ROLES, RolesConflictError
from troth.policy.words import Message
from troth.site.forms import Collects, DeclaredForm

ROWS: Final = 3
PLACES: Final[Mapping[type[Exception], str]] = {
    AlreadyInvitedError: "email",
    AlreadyMemberError: "email",
    MeanwhileError: "roles",
    NoRolesError: "roles",
    RolesConflictError: "roles",
    UnknownRoleError: "roles",
}
"""Which input a refusal is about that names none itself."""


def role_choices() -> list[tuple[str, str]]:
    """Return each role with its name in the reader's language."""
    return [(role, gettext(NAMES[role])) for role in ROLES]


def _roles() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Roles"),
        choices=role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def reason_field(label: Any, text: Any) -> forms.CharField:
    """Return a field for a note of a few sentences."""
    return forms.CharField(
        label=label,
        max_length=NOTE_LENGTH_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": ROWS}),
        help_text=text,
    )


class PeopleForm(DeclaredForm):
    """A form of this area: a verb's refusal becomes an error at its field."""

    purpose = "staff-access"
    collects: ClassVar[Collects] = {}
    places: ClassVar[Mapping[str, str]] = {}
    """At which input a verb's refusal stands, where it names none of the form's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)

    def tell(self, error: Exception) -> None:
        """Show what a verb refused, at the field it names, else above the form."""
        field = PLACES.get(type(error)) or str(getattr(error, "field", ""))
        field = self.places.get(field, field)
        says: Message = error.message  # type: ignore[attr-defined]  # each of ours carries one
        self.add_error(field if field in self.fields else None, says.render(gettext))


class RolesForm(PeopleForm):
    """Which roles a member holds."""

    purpose = "staff-access"
    collects: ClassVar = {"roles": "staff-account.role"}

    roles = _roles()

    @property
    def seen(self) -> list[str] | None:
        """The roles the page showed when they were chosen; None where it did not say."""
        told = self.data.get("seen")
        return None if told is None else str(told).split()


class InviteForm(PeopleForm):
    """Which roles somebody is invited to, and where the link is sent."""

    purpose = "staff-access"
    collects: ClassVar = {"roles": "staff-account.role", "email": "staff-account.email"}

    roles = _roles()
    email = forms.EmailField(
        label=_("E-mail address (optional)"),
        max_length=ADDRESS_LENGTH_MAX,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "The link is mailed there. Without an address it is shown to you once, to be handed"
            " over. It is kept sealed, and forgotten if the invitation is not taken."
        ),
    )


class FreezeForm(PeopleForm):
    """Why a member's access is stopped."""

    purpose = "staff-access"
    collects: ClassVar = {"reason": "access-log.reason"}

    reason = reason_field(_("Why"), _("Kept sealed. The mail about it does not tell why."))


class UnfreezeForm(PeopleForm):
    """Why it is lifted."""

    purpose = "staff-access"
    collects: ClassVar = {"reason": "access-log.reason"}

    reason = reason_field(_("Why it is lifted"), _("Kept sealed."))


class ReviewForm(PeopleForm):
    """What somebody found who looked at a member's access."""

    purpose = "staff-access"
    collects: ClassVar = {"reason": "access-log.reason"}

    reason = reason_field(_("Note (optional)"), _("Kept sealed."))


class OwnNameForm(PeopleForm):
    """A member's own name and address; both may stay empty."""

    purpose = "staff-access"
    collects: ClassVar = {"name": "staff-account.name", "email": "staff-account.email"}

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_LENGTH_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Other members may see it. Without one they see your handle alone."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=ADDRESS_LENGTH_MAX,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("For reminders and alerts. No other member sees it."),
    )


class SignForm(PeopleForm):
    """The name somebody signs the undertaking with."""

    purpose = "staff-access"
    collects: ClassVar = {"name": "undertaking.name", "text": "undertaking.text_version"}

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As in your passport or contract. It is kept sealed, with your signature."),
    )
    text = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ResponsibleForm(PeopleForm):
    """Who is responsible for information security, by name: it is published on purpose."""

    purpose = "staff-access"
    collects: ClassVar = {
        "zh": "staff-account.name",
        "en": "staff-account.name",
        "reach": "staff-account.email",
    }

    zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    reach = forms.CharField(
        label=_("How to reach her"),
        max_length=200,
        required=False,
        help_text=_("An address or telephone number that may be published."),
    )
