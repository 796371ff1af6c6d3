"""The forms a person fills in. Each says for which purpose, and what each input collects.

`troth policy check` holds `purpose` and `collects` (input to `category.field`) to the register.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.people.models import HANDLE_LENGTH_MAX
from troth.people.passwords import LENGTH_MAX as PASSWORD_LENGTH_MAX

SECONDS_A_MINUTE: Final = 60


Collects = Mapping[str, str | tuple[str, ...]]
"""By input: the `category.field` it collects; several, where one choice says several things."""


class DeclaredForm(forms.Form):
    """A form that says what it collects. `wait_seconds` > 0: it was sent too often."""

    purpose: ClassVar[str]
    collects: ClassVar[Collects]
    wait_seconds: int = 0


class ClaimForm(DeclaredForm):
    """The first owner chooses a password, twice, so that a slip does not lock her out."""

    purpose = "staff-access"
    collects: ClassVar = {
        "password": "staff-account.password",
        "again": "staff-account.password",
    }

    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters, not only digits, not a common one."),
    )
    again = forms.CharField(
        label=_("The same again"),
        max_length=PASSWORD_LENGTH_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuse two different passwords."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(gettext("The two passwords differ."), code="differ")
        return again


class SignInForm(DeclaredForm):
    """Handle and password of a member."""

    purpose = "staff-access"
    collects: ClassVar = {
        "handle": "staff-account.handle",
        "password": "staff-account.password",
    }

    handle = forms.CharField(
        label=_("Handle"),
        max_length=HANDLE_LENGTH_MAX,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("The random name you were shown when your account was made."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def refuse(self, wait_seconds: int) -> None:
        """Say that the sign-in was refused, and when to try again if that was too often.

        Whether the handle exists is told by nothing.
        """
        self.wait_seconds = wait_seconds
        if wait_seconds:
            minutes = -(-wait_seconds // SECONDS_A_MINUTE)
            says = ngettext(
                "Too many tries. Please try again in %(minutes)s minute.",
                "Too many tries. Please try again in %(minutes)s minutes.",
                minutes,
            ) % {"minutes": minutes}
        else:
            says = gettext("Handle and password do not fit together.")
        self.add_error(None, says)
