"""Where a reader may be sent back to: our own pages, nowhere else."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_page(asked: str, otherwise: str) -> str:
    """Return `asked` if it is a path of this server, else `otherwise`: never another site."""
    inside = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if inside else otherwise
