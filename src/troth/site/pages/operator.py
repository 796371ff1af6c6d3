"""What is the operator's own: accent colour, logo; and what robots may read."""

from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from troth.site.typeset.accent import stylesheet

IMMUTABLE: Final = "public, max-age=31536000, immutable"
LOGO_SECONDS: Final = 3_600
LOGO_TYPES: Final = {
    ".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png",
    ".svg": "image/svg+xml", ".webp": "image/webp",
}  # fmt: skip
ROBOTS: Final = "User-agent: *\nDisallow: /console/\nDisallow: /language/\nAllow: /\n"


@require_safe
def accent(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001 - Django's shape
    """Give the accent colour as CSS, as pages have no inline style; its address names it."""
    response = HttpResponse(stylesheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = IMMUTABLE
    return response


@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - Django's shape
    """Give the operator's logo; one that is an SVG can run nothing."""
    file = settings.CONFIG.logo
    kind = None if file is None else LOGO_TYPES.get(file.suffix.lower())
    if file is None or kind is None:
        raise Http404
    try:
        response = FileResponse(file.open("rb"), content_type=kind)
    except OSError as error:
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={LOGO_SECONDS}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's shape
    """Tell crawlers to read the policy and leave the console alone."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
