"""A rule Django lacks: an upper bound, so that nobody makes the server hash a book."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

LENGTH_MAX: Final = 200


class MaximumLengthValidator:
    """Refuses passwords of more than `LENGTH_MAX` characters."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's shape
        """Raise ValidationError if the password is too long."""
        if len(password) > LENGTH_MAX:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return str(
            gettext_lazy("A password has at most %(number)s characters.") % {"number": LENGTH_MAX}
        )
