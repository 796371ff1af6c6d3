"""Where a reader may be sent back to: our own pages, nowhere else."""

from urllib.parse import urlencode

from django.utils.http import url_has_allowed_host_and_scheme


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
