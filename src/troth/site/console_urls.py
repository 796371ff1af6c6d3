"""Addresses of the console."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from troth.site.pages import board, jobs, ledger, members
from troth.site.pages.numbers import RowNumber

register_converter(RowNumber, "row")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("examine", board.examine, name="examine"),
    path("ledger", ledger.console, name="console-ledger"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/<row:row>/again", jobs.again, name="job-again"),
    path("jobs/<row:row>/let-go", jobs.drop, name="job-drop"),
    path("signals/<row:row>/close", jobs.close_signal, name="signal-close"),
    path("", include("troth.site.console_urls_account")),
    path("", include("troth.site.console_urls_people")),
    path("", include("troth.site.console_urls_access")),
    path("", include("troth.site.console_urls_mail")),
    path("", include("troth.site.console_urls_sites")),
    path("owner/<str:token>", members.owner, name="owner"),
    path("welcome", members.welcome, name="welcome"),
    path("sign-in", members.sign_in, name="sign-in"),
    path("sign-out", members.sign_out, name="sign-out"),
]
