"""Addresses of the console: of members, the organisation and undertakings."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
