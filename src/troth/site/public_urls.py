"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter

from troth.site.pages import history, operator, policy, switch
from troth.site.pages.numbers import VersionNumber

register_converter(VersionNumber, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", policy.policy, name="policy"),
    path("history", history.history, name="history"),
    path("history/<number:number>", policy.version, name="version"),
    path("changes/<number:number>", history.changes, name="changes"),
    re_path(r"^language/(?P<lang>zh|en)$", switch.language, name="language"),
    re_path(r"^accent-(?P<colour>[0-9a-fA-F]{6})\.css$", operator.accent, name="accent"),
    path("logo", operator.logo, name="logo"),
    path("robots.txt", operator.robots, name="robots"),
]
