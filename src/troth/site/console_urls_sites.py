"""Addresses of the console: of sites, their keys, and what these hand in."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import keys, records

urlpatterns: list[URLPattern | URLResolver] = [
    path("sites", keys.sites, name="sites"),
    path("sites/<str:site>/new", keys.new, name="key-new"),
    path("sites/keys/<slug:key_id>", keys.key, name="key"),
    path("sites/keys/<slug:key_id>/rotate", keys.rotate, name="key-rotate"),
    path("sites/keys/<slug:key_id>/revoke", keys.revoke, name="key-revoke"),
    path("records", records.records, name="records"),
]
