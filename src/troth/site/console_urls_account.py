"""Addresses of the console: of a member herself: sign-in, second factors, sessions."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import account

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/second", account.second_step, name="second"),
    path("sign-in/second/passkey", account.second_asked, name="second-asked"),
    path("sign-in/second/passkey/answer", account.second_passkey, name="second-passkey"),
    path("account", account.account, name="account"),
    path("account/factors", account.set_up, name="factors"),
    path("account/factors/passkey", account.passkey_asked, name="passkey-asked"),
    path("account/factors/passkey/answer", account.passkey_added, name="passkey-added"),
    path("account/factors/<row:row>/remove", account.remove, name="factor-remove"),
    path("account/codes", account.new_codes, name="recovery-codes"),
    path("account/sessions/<row:row>/end", account.end_session, name="session-end"),
    path("account/sessions/end-others", account.end_others, name="sessions-end"),
    path("account/password", account.password, name="password"),
    path("confirm", account.confirm, name="confirm"),
    path("confirm/passkey", account.confirm_asked, name="confirm-asked"),
    path("confirm/passkey/answer", account.confirm_passkey, name="confirm-passkey"),
]
