"""Addresses of the console: of a member herself: sign-in, second factors, sessions."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
