"""Addresses of the console."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import board, ledger, members

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("examine", board.examine, name="examine"),
    path("ledger", ledger.console, name="console-ledger"),
    path("owner/<str:token>", members.owner, name="owner"),
    path("welcome", members.welcome, name="welcome"),
    path("sign-in", members.sign_in, name="sign-in"),
    path("sign-out", members.sign_out, name="sign-out"),
]
