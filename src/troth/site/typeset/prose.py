"""How sentences and lists are joined in the active language."""

from collections.abc import Iterable

from django.utils.translation import get_language, gettext


def is_chinese() -> bool:
    """Tell whether the page is in Chinese."""
    return (get_language() or "en").startswith("zh")


def sentences(*parts: str) -> str:
    """Join sentences; no space follows a full stop in Chinese. "" parts fall away."""
    return ("" if is_chinese() else " ").join(part for part in parts if part)


def listed(parts: Iterable[str]) -> str:
    """Join parts as a list inside a sentence."""
    return gettext(", ").join(parts)
