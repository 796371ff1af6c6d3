"""All addresses: public pages, the console, the JSON API."""

from django.urls import include, path

from troth.site.api import api

urlpatterns = [
    path("v1/", api.urls),
    path("", include("troth.site.public_urls")),
    path("console/", include("troth.site.console_urls")),
]
