"""Addresses of the console: of requests, cases, the access map and the record of access."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
