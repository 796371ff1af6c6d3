"""Signing in and out, for forms: they need the request, as a session belongs to a browser.

`sign_in(request, handle, password) -> SignIn`     the first step; who has no second factor is in
`second(request, code) -> SignIn`                  the second: a code, or a recovery code
`second_by_passkey(request, site, answer)`          the same by a passkey `ask_passkey` asked for
    An unknown handle, a wrong password and somebody who is no member are told apart by nothing.
`sign_in_vouched(request, found) -> SignIn`        by what the provider says, once linked
`onward(tried, target) -> str | None`              to which page one who was let on goes
`sign_in_claimed(request, member) -> None`         right after a link was taken
`sign_out(request) -> None`
`members_only(view) -> view`     sends strangers to the sign-in page, and who has no second factor
                                 to where she sets one up; `any_member(view)` does the first alone
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from msgspec import Struct

from troth.access import provider
from troth.access.facts import member_of, member_of_account
from troth.access.models import Member
from troth.people import entering, factors, passkeys
from troth.people.mail import post
from troth.people.models import HANDLE_LENGTH_MAX, PASSKEY, TOTP, Account
from troth.people.oidc import Subject
from troth.people.passwords import HASHING, LENGTH_MAX
from troth.people.values import Under
from troth.store import Tx, transact, transact_as
from troth.store.rate import Limit, network_of
from troth.store.signals import raise_signal
from troth.vault import PersonId
from troth.versions import facts as versions

Arguments = ParamSpec("Arguments")

UNDER: Final = Under("staff-account", "staff-access", "direct", frozenset({"handle", "password"}))
"""What of the register a member's credentials are kept under."""
PER_HANDLE: Final = Limit("sign-in-handle", times=10, seconds=15 * 60)
PER_ADDRESS: Final = Limit("sign-in-address", times=30, seconds=15 * 60)
PER_SECOND: Final = Limit("sign-in-second", times=8, seconds=15 * 60)
"""The first two count what failed: an office behind one address may sign in as often as it likes.
Counted in the memory of one process: several that serve pages allow so many times more."""
FAILURES: Final = "sign-in-failures"
"""The signal that somebody fails again and again."""
CHALLENGE: Final = "people.challenge"
RECOVERY: Final = "recovery"
SECOND: Final = "second"
"""The page of the second step."""
SETTING_UP: Final = "factors"
"""The page on which a second factor is set up."""


class SignIn(Struct, frozen=True):
    """Who is signed in now, or what is due: a second step, or some seconds of waiting.

    `expired`: nobody is between the two steps, so they begin anew.
    """

    member: Member | None
    wait_seconds: int = 0
    second: bool = False
    expired: bool = False


def sign_in(request: HttpRequest, handle: str, password: str) -> SignIn:
    """Check handle and password; who has a second factor is asked for it next."""
    handle = handle.strip().lower()[:HANDLE_LENGTH_MAX]
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    with HASHING:  # what is asked and counted here, few can ask at once
        # An address that must wait spends nobody's tries and adds no handle to count.
        wait = PER_ADDRESS.must_wait(address) or PER_HANDLE.must_wait(handle)
        if wait:
            return SignIn(None, wait)
        account = auth.authenticate(request, username=handle, password=password[: LENGTH_MAX + 1])
        member = None if account is None else member_of_account(account.pk)
        if member is None:
            _failed((PER_ADDRESS, address), (PER_HANDLE, handle))
            return SignIn(None)
    PER_HANDLE.forget(handle)
    return admit(request, member, entering.PASSWORD)


def _failed(*counted: tuple[Limit, str]) -> None:
    """Count a failure; the last there may be for now is told to who watches, and of nobody."""
    last = [limit.count(key) for limit, key in counted]
    if any(last):
        transact(raise_signal, FAILURES)


def admit(request: HttpRequest, member: Member, by: str) -> SignIn:
    """Sign in whoever has proved the first thing, or ask for the second where she has one."""
    if not factors.has_factor(member.account) and entering.complete(
        request, member.account, by, alone=True
    ):
        return SignIn(member)
    if not factors.has_factor(member.account):
        return SignIn(None)  # she was ended as she came in
    entering.begin(request, member.account)
    return SignIn(None, second=True)


def sign_in_vouched(request: HttpRequest, found: Subject) -> SignIn:
    """Sign in whom the provider vouches for. Raises ProviderError if no member linked her account.

    Her own second factor is due unless the provider has asked for one.
    """
    member = transact(provider.find, found.value)
    if member is None:
        raise provider.unknown()
    if not found.strong:
        return admit(request, member, entering.PROVIDER)
    entering.complete(request, member.account, entering.PROVIDER)
    return SignIn(member)


def onward(tried: SignIn, target: str) -> str | None:
    """Return where to go on to: the second step, or what was asked for; None: she stays outside."""
    if tried.second:
        return f"{reverse(SECOND)}?{urlencode({'next': target})}"
    return None if tried.member is None else target


def second(request: HttpRequest, code: str) -> SignIn:
    """Check a code of a generator, or a recovery code, of who is between the two steps."""
    member, refused = _between(request)
    if member is None:
        return refused
    account = member.account
    by = TOTP
    fits = transact_as(account.handle, factors.check_totp, account, code, UNDER)
    if not fits:
        by, fits = RECOVERY, transact_as(account.handle, _use_code, account, code)
    return _completed(request, member, by) if fits else _refused(request)


def _use_code(tx: Tx, account: Account, code: str) -> bool:
    """Use a recovery code up, and tell its member by mail, if she has given an address."""
    used = factors.use_code(tx, account, code)
    if used and account.person:
        key = f"recovery.{account.pk}.{tx.now.isoformat()}"
        values = {"handle": account.handle}
        post(tx, PersonId(account.person), "people.recovery-used", values, key)
    return used


def ask_passkey(request: HttpRequest, site: passkeys.Site) -> str | None:
    """Return what a browser is asked for a passkey's signature, as JSON; None for nobody."""
    account = entering.half(request)
    return None if account is None else asked_in(request, account, site)


def asked_in(request: HttpRequest, account: Account, site: passkeys.Site) -> str:
    """Ask for a passkey of an account; what was asked stays in the session."""
    asked = passkeys.begin_authentication(account, site)
    request.session[CHALLENGE] = asked.challenge
    return asked.options


def second_by_passkey(request: HttpRequest, site: passkeys.Site, answer: dict[str, Any]) -> SignIn:
    """Check a passkey's signature of who is between the two steps."""
    member, refused = _between(request)
    if member is None:
        return refused
    proven = proven_by_passkey(request, member.account, site, answer)
    return _completed(request, member, PASSKEY) if proven else _refused(request)


def _refused(request: HttpRequest) -> SignIn:
    _failed((PER_ADDRESS, network_of(request.META.get("REMOTE_ADDR", ""))))
    return SignIn(None)


def proven_by_passkey(
    request: HttpRequest, account: Account, site: passkeys.Site, answer: dict[str, Any]
) -> bool:
    """Tell whether a passkey of the account signed what was asked, which is good for once."""
    challenge = request.session.pop(CHALLENGE, "")
    try:
        proven = passkeys.authenticate(account, str(challenge), site, answer)
    except passkeys.PasskeyError:
        return False
    return transact_as(account.handle, factors.use_passkey, proven.factor, proven.sign_count)


def proved(account: Account, password: str, code: str) -> bool:
    """Tell whether a password or a code is the account's, for who is signed in already."""
    with HASHING:
        fits = bool(password) and account.check_password(password)
    return fits or (
        bool(code) and transact_as(account.handle, factors.check_totp, account, code, UNDER)
    )


def _between(request: HttpRequest) -> tuple[Member | None, SignIn]:
    """Return who is between the two steps, or why nobody may go on."""
    account = entering.half(request)
    member = None if account is None else member_of_account(account.pk)
    if member is None:
        return None, SignIn(None, expired=True)
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    wait = PER_ADDRESS.must_wait(address) or PER_SECOND.wait_seconds(str(member.account_id))
    return (None, SignIn(None, wait)) if wait else (member, SignIn(None))


def _completed(request: HttpRequest, member: Member, by: str) -> SignIn:
    PER_SECOND.forget(str(member.account_id))
    entering.complete(request, member.account, by)
    return SignIn(member)


def sign_in_claimed(request: HttpRequest, member: Member) -> None:
    """Begin a fresh session for somebody who has just become a member."""
    entering.complete(request, member.account, entering.PASSWORD, alone=True)


def sign_out(request: HttpRequest) -> None:
    """End the session, here and in the store."""
    entering.leave(request)


def any_member(
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
            entering.seen(request)
            answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return guarded


def _must_set_up(member: Member) -> bool:
    """Tell whether a second factor is due; where no policy is in force none could be kept."""
    if factors.has_factor(member.account):
        return False
    return versions.in_force(DEFAULT_DB_ALIAS, datetime.now(UTC)) is not None


def members_only(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Let members through who have a second factor; lead the others to set one up first."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        member = member_of(request)
        if member is not None and _must_set_up(member):
            return HttpResponseRedirect(reverse(SETTING_UP))
        return view(request, *args, **kwargs)

    return any_member(guarded)
