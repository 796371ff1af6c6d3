"""Signing in and out, for forms: they need the request, as a session belongs to a browser.

`sign_in(request, handle, password) -> SignIn(member, wait_seconds)`
    `member` is None when refused; `wait_seconds` > 0 when there were too many tries.
    An unknown handle, a wrong password and somebody who is no member are told apart by nothing.
`sign_in_claimed(request, member) -> None`      right after `claim_ownership`
`sign_out(request) -> None`
`members_only(view) -> view`                    sends strangers to the sign-in page
"""

from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from msgspec import Struct

from troth.access.facts import member_of, member_of_account
from troth.access.models import Member
from troth.people.models import HANDLE_LENGTH_MAX
from troth.people.passwords import LENGTH_MAX
from troth.store.rate import Limit, network_of

Arguments = ParamSpec("Arguments")

PER_HANDLE: Final = Limit("sign-in-handle", times=10, seconds=15 * 60)
PER_ADDRESS: Final = Limit("sign-in-address", times=30, seconds=15 * 60)
_hashing: Final = BoundedSemaphore(2)
"""An argon2 hash takes 100 MB while it runs."""


class SignIn(Struct, frozen=True):
    """The member who signed in, or for how many seconds there may be no further try."""

    member: Member | None
    wait_seconds: int = 0


def sign_in(request: HttpRequest, handle: str, password: str) -> SignIn:
    """Check handle and password and begin a fresh session."""
    handle = handle.strip().lower()[:HANDLE_LENGTH_MAX]
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    # An address that must wait spends nobody's tries and adds no handle to count.
    wait = PER_ADDRESS.wait_seconds(address) or PER_HANDLE.wait_seconds(handle)
    if wait:
        return SignIn(None, wait)
    with _hashing:
        account = auth.authenticate(request, username=handle, password=password[: LENGTH_MAX + 1])
    if account is None:
        return SignIn(None)
    member = member_of_account(account.pk)
    if member is None:
        return SignIn(None)
    PER_HANDLE.forget(handle)
    auth.login(request, member.account)
    return SignIn(member)


def sign_in_claimed(request: HttpRequest, member: Member) -> None:
    """Begin a fresh session for somebody who has just become a member."""
    auth.login(request, member.account, backend=settings.AUTHENTICATION_BACKENDS[0])


def sign_out(request: HttpRequest) -> None:
    """End the session, here and in the store."""
    auth.logout(request)


def members_only(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Let members through and send anybody else to the sign-in page; never cached."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        if member_of(request) is None:
            answer: HttpResponseBase = redirect_to_login(request.get_full_path())
        else:
            answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return guarded
