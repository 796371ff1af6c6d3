"""All addresses: public pages, the console, the JSON API."""

from django.urls import include, path

urlpatterns = [
    path("", include("troth.site.public_urls")),
    path("console/", include("troth.site.console_urls")),
]
