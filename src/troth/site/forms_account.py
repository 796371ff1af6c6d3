"""The forms of a member's own account: codes, names of factors, a new password."""

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from troth.people.passwords import LENGTH_MAX as PASSWORD_LENGTH_MAX
from troth.policy.words import Message
from troth.site.forms import ClaimForm, DeclaredForm

CODE_LENGTH_MAX: Final = 40


LABELS: Final = {
    "other": gettext_noop("elsewhere"),
    "phone": gettext_noop("on a phone"),
    "computer": gettext_noop("on a computer"),
    "key": gettext_noop("on a security key"),
}
"""Where a second factor is. A list, as what somebody would call it may tell her name."""


def labels() -> list[tuple[str, str]]:
    """Return them in the reader's language."""
    return [(name, gettext(label)) for name, label in LABELS.items()]


def label_of(name: str) -> str:
    """Return a name of the list; what is none is elsewhere."""
    return name if name in LABELS else "other"


def _password(label: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=PASSWORD_LENGTH_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class OwnForm(DeclaredForm):
    """A form of one's own account: a verb's refusal becomes an error at a field."""

    purpose = "staff-access"
    collects: ClassVar = {}

    def tell(self, says: Message, field: str | None = None) -> None:
        """Show what was refused."""
        self.add_error(field, says.render(gettext))


class CodeForm(OwnForm):
    """A code of a generator, or a recovery code."""

    purpose = "staff-access"
    collects: ClassVar = {"code": "staff-account.second_factor"}

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH_MAX,
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=_("Six digits of your code generator, or one of your recovery codes."),
    )


class SetUpForm(CodeForm):
    """The first code of a generator, and how it is called."""

    purpose = "staff-access"
    collects: ClassVar = {
        "code": "staff-account.second_factor",
        "label": "staff-account.second_factor",
    }

    label = forms.ChoiceField(label=_("Where it is"), choices=labels, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = ""


class ConfirmForm(OwnForm):
    """A password or a code: proof that it is still the same who sits there."""

    purpose = "staff-access"
    collects: ClassVar = {
        "password": "staff-account.password",
        "code": "staff-account.second_factor",
    }

    password = _password(_("Password"), "current-password")
    code = forms.CharField(
        label=_("or a code"),
        max_length=CODE_LENGTH_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False


class PasswordForm(ClaimForm):
    """A new password, twice, and the one there is."""

    purpose = "staff-access"
    collects: ClassVar = {
        "now": "staff-account.password",
        "password": "staff-account.password",
        "again": "staff-account.password",
    }

    now = _password(_("The password you have"), "current-password")
    field_order = ("now", "password", "again")
