"""Addresses of the console: of a member herself: sign-in, second factors, sessions."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import account, passkeys, provider

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/second", account.second_step, name="second"),
    path("sign-in/second/passkey", passkeys.second_asked, name="second-asked"),
    path("sign-in/second/passkey/answer", passkeys.second_passkey, name="second-passkey"),
    path("sign-in/provider", provider.begin, name="provider"),
    path("sign-in/provider/back", provider.back, name="provider-back"),
    path("account/provider/link", provider.link, name="provider-link"),
    path("account/provider/unlink", provider.unlink, name="provider-unlink"),
    path("account", account.account, name="account"),
    path("account/factors", account.set_up, name="factors"),
    path("account/factors/passkey", passkeys.passkey_asked, name="passkey-asked"),
    path("account/factors/passkey/answer", passkeys.passkey_added, name="passkey-added"),
    path("account/factors/<row:row>/remove", account.remove, name="factor-remove"),
    path("account/codes", account.new_codes, name="recovery-codes"),
    path("account/sessions/<row:row>/end", account.end_session, name="session-end"),
    path("account/sessions/end-others", account.end_others, name="sessions-end"),
    path("account/password", account.password, name="password"),
    path("confirm", account.confirm, name="confirm"),
    path("confirm/passkey", passkeys.confirm_asked, name="confirm-asked"),
    path("confirm/passkey/answer", passkeys.confirm_passkey, name="confirm-passkey"),
]
