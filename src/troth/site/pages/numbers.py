"""How the number of a version stands in an address."""

from django.urls.converters import IntConverter


class VersionNumber(IntConverter):
    """A whole number from 1, written in one way only: `/history/01` is no page.

    So each page has one address, and strangers cannot make many of the same one.
    """

    regex = "[1-9][0-9]{0,8}"


class RowNumber(IntConverter):
    """The number of a row, as large as a database has them."""

    regex = "[1-9][0-9]{0,17}"
