"""How the number of a version stands in an address."""

from typing import Final


class VersionNumber:
    """A whole number from 1, written in one way only: `/history/01` is no page.

    So each page has one address, and strangers cannot make many of the same one.
    """

    regex: Final = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return it as it stands in an address."""
        return str(value)
