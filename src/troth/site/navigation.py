"""Addresses: this server's own, and where a reader may be sent back to."""

import re
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def own_page(asked: str, otherwise: str) -> str:
    """Return `asked` if it is a path of this server, else `otherwise`: never another site."""
    inside = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if inside else otherwise


def kept(**understood: str) -> dict[str, str]:
    """Return what of a query belongs to a page's address; "" falls away."""
    return {name: value for name, value in understood.items() if value}


def address(path: str, understood: dict[str, str]) -> str:
    """Return a path with what `kept` left of its query."""
    return f"{path}?{urlencode(understood)}" if understood else path


def row_number(asked: str) -> int:
    """Return the number of a row as it stands in a query; 0, which no row has, for what is none."""
    return int(asked) if NUMBER.fullmatch(asked) else 0


def page_number(asked: str) -> int:
    """Return the number of a page as it stands in a query; what is none is the first."""
    return int(asked) if NUMBER.fullmatch(asked) else 1


def server_address(request: HttpRequest) -> str:
    """Return this server's address, without a slash at its end: the public one where it is set."""
    return settings.CONFIG.url.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
