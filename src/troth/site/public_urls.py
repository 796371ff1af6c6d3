"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter

from troth.site.pages import history, ledger, operator, policy, switch
from troth.site.pages.numbers import VersionNumber

register_converter(VersionNumber, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", policy.policy, name="policy"),
    path("history", history.history, name="history"),
    path("history/<number:number>", policy.version, name="version"),
    path("changes/<number:number>", history.changes, name="changes"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/epochs.json", ledger.epochs, name="ledger-epochs"),
    path("ledger/key", ledger.key, name="ledger-key"),
    path("ledger/checkpoint", ledger.checkpoint, name="ledger-checkpoint"),
    path("ledger/<number:epoch>/checkpoint", ledger.checkpoint, name="ledger-epoch"),
    path("ledger/<number:epoch>/<path:path>", ledger.tile, name="ledger-tile"),
    re_path(r"^language/(?P<lang>zh|en)$", switch.language, name="language"),
    re_path(r"^accent-(?P<colour>[0-9a-fA-F]{6})\.css$", operator.accent, name="accent"),
    path("logo", operator.logo, name="logo"),
    path("robots.txt", operator.robots, name="robots"),
]
