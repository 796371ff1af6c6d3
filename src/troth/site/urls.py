"""All addresses: public pages, the console, the JSON API."""

from django.urls import include, path

from troth.site.api import api

urlpatterns = [
    path("v1/", api.urls),
    path("", include("troth.site.public_urls")),
    path("console/", include("troth.site.console_urls")),
]

handler400 = "troth.site.pages.errors.bad_request"
handler403 = "troth.site.pages.errors.forbidden"
handler404 = "troth.site.pages.errors.not_found"
handler500 = "troth.site.pages.errors.broken"
