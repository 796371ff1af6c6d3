"""What every template may know: the operator's name, logo and accent."""

from django.conf import settings
from django.http import HttpRequest


def operator(_request: HttpRequest) -> dict[str, object]:
    """Return the operator's settings for templates."""
    config = settings.CONFIG
    return {
        "operator_name": config.name,
        "operator_accent": config.accent,
        "operator_has_logo": config.logo is not None,
    }
