"""A member's own account: the second step, second factors, sessions, her password."""

from datetime import UTC, datetime
from typing import Any, Final

import segno
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access.facts import member_of
from troth.access.models import Member
from troth.access.provider import is_linked
from troth.access.sign_in import (
    PER_SECOND,
    UNDER,
    any_member,
    members_only,
    proved,
    second,
)
from troth.people import entering, factors, passkeys, reauth, sessions
from troth.people.actions import change_password
from troth.people.models import TOTP, Account, SecondFactor, SignedIn
from troth.people.passwords import Chosen, chosen
from troth.people.values import NoPolicyError, RefusedError
from troth.site.forms_account import (
    CodeForm,
    ConfirmForm,
    PasswordForm,
    SetUpForm,
    label_of,
    labels,
)
from troth.site.navigation import own_page
from troth.store import Tx, transact_as

GET_OR_POST: Final = ("GET", "HEAD", "POST")
BEGUN: Final = "people.begun"
"""Which pending code generator this session has begun."""
UNFIT: Final = 422
TOO_MANY: Final = 429


def site_of(request: HttpRequest) -> passkeys.Site:
    """Return the site passkeys are of: as the reader's browser names it."""
    host = request.get_host()
    return passkeys.Site(settings.CONFIG.name, host.partition(":")[0], f"{request.scheme}://{host}")


@never_cache
@require_http_methods(GET_OR_POST)
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of who has given a password; anybody else begins anew."""
    target = own_page(request.POST.get("next") or request.GET.get("next", ""), reverse("board"))
    account = entering.half(request)
    if account is None:
        return HttpResponseRedirect(reverse("sign-in"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried = second(request, form.cleaned_data["code"])
        if tried.member is not None:
            return HttpResponseRedirect(target)
        _refuse(form, tried.wait_seconds)
    shown = {"form": form, "next": target, "passkey": bool(_passkeys(account))}
    status = TOO_MANY if form.wait_seconds else UNFIT if form.errors else 200
    return render(request, "console/account/second.html", shown, status=status)


def _refuse(form: CodeForm, wait_seconds: int) -> None:
    form.wait_seconds = wait_seconds
    minutes = -(-wait_seconds // 60)
    says = gettext("This code does not fit.")
    if form.wait_seconds:
        says = gettext("Too many tries. Please try again in %(minutes)s minutes.") % {
            "minutes": minutes
        }
    form.add_error("code", says)


def _passkeys(account: Account) -> list[SecondFactor]:
    return list(account.factors.filter(kind="passkey", confirmed_at__isnull=False))


@require_safe
@any_member
def account(request: HttpRequest) -> HttpResponse:
    """Show a member what her account is proved by, and where it is signed in."""
    return _account(request, PasswordForm())


def _account(
    request: HttpRequest,
    form: PasswordForm,
    *,
    refused: str = "",
    status: int = 200,
    codes: tuple[str, ...] = (),
) -> HttpResponse:
    own = own_account(request)
    shown = {
        "member": member_of(request),
        "factors": own.factors.filter(confirmed_at__isnull=False).order_by("pk"),
        "labels": dict(labels()),
        "codes": codes,
        "left": factors.codes_left(own),
        "sessions": sessions.of(own, datetime.now(UTC)),
        "this": request.session.session_key,
        "form": form,
        "refused": refused,
        "done": request.GET.get("done", ""),
        "set_up": factors.has_factor(own),
        "provider": provider_name(),
        "linked": is_linked(require_member(request)),
    }
    status = max(status, UNFIT if form.errors else status)
    return render(request, "console/account/account.html", shown, status=status)


def provider_name() -> str:
    """Return what the button of the provider says; "" where none is set."""
    found = settings.TROTH_PROVIDER()
    return "" if found is None else str(found.name)


def require_member(request: HttpRequest) -> Member:
    """Return the member who is signed in."""
    member = member_of(request)
    if member is None:
        raise Http404
    return member


def own_account(request: HttpRequest) -> Account:
    """Return the account whoever asks is signed in by."""
    return Account.objects.get(pk=require_member(request).account_id)


def must_confirm(request: HttpRequest) -> bool:
    """Tell whether a factor is to be added without her having proved herself, here, just now.

    The first is added in the session her password began; a provider's word alone is not that.
    """
    own, session = own_account(request), request.session.session_key or ""
    here = own.sessions.filter(session=session).exclude(by=entering.PROVIDER).exists()
    return (not here or factors.has_factor(own)) and not reauth.confirmed(request)


@require_http_methods(GET_OR_POST)
@any_member
def set_up(request: HttpRequest) -> HttpResponse:
    """Set up a second factor: a code generator by a secret, or a passkey by the browser."""
    own = own_account(request)
    if must_confirm(request):
        return reauth.redirect_to_confirm(request)
    form = SetUpForm(request.POST or None)
    # another session's secret is not shown: it may be somebody's who knows the password alone
    pending = own.factors.filter(kind=TOTP, confirmed_at=None)
    begun = pending.filter(pk=request.session.get(BEGUN, 0)).first()
    if begun is None and request.method == "POST":  # its secret is shown no more
        form.add_error("code", factors.WrongCodeError().message.render(gettext))
    if request.method == "POST" and form.is_valid() and begun is not None:
        new = new_factor(request, form.cleaned_data["label"])
        try:
            given = form.cleaned_data["code"]
            transact_as(own.handle, factors.confirm_totp, begun, given, UNDER, new)
        except factors.FactorError as refused:
            form.add_error("code", refused.message.render(gettext))
        else:
            return _added(request, own)
    shown: dict[str, Any] = {
        "member": member_of(request),
        "form": form,
        "labels": labels(),
        "first": not factors.has_factor(own),
    }
    try:
        begun = begun or transact_as(own.handle, _begin, own)
        request.session[BEGUN] = begun.pk
        shown |= transact_as(own.handle, _generator, own, begun)
    except (NoPolicyError, RefusedError) as refused:
        shown["refused"] = refused.message.render(gettext)
    return render(
        request, "console/account/set_up.html", shown, status=UNFIT if form.errors else 200
    )


def new_factor(request: HttpRequest, label: str) -> factors.NewFactor:
    """Return how a factor is called that is added in this session, and if it is proved."""
    session = request.session.session_key or ""
    return factors.NewFactor(label, session, reauth.confirmed(request))


def _begin(tx: Tx, own: Account) -> SecondFactor:
    return factors.begin_totp(tx, own, label_of(""), settings.CONFIG.name, UNDER).factor


def _generator(tx: Tx, own: Account, begun: SecondFactor) -> dict[str, str]:
    """Return what sets a code generator up: the secret to type, and the code to scan."""
    secret = factors.secret_of(tx, begun, UNDER)
    drawn = segno.make_qr(factors.uri_of(secret, own, settings.CONFIG.name), error="m")
    return {
        "drawn": drawn.svg_inline(scale=5, border=2, svgclass="qr", omitsize=True),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    }


def _added(request: HttpRequest, own: Account) -> HttpResponse:
    """Go on after a second factor was added; with the first come recovery codes, shown once."""
    if own.recovery_codes.first() is None:
        return _account(
            request, PasswordForm(), codes=transact_as(own.handle, factors.make_codes, own)
        )
    return HttpResponseRedirect(f"{reverse('account')}?done=added")


@require_POST
@members_only
@reauth.confirmed_only("account")
def remove(request: HttpRequest, row: int) -> HttpResponse:
    """Take a second factor away."""
    own = own_account(request)
    found = own.factors.filter(pk=row).first()
    if found is None:
        raise Http404
    try:
        transact_as(own.handle, factors.remove, own, found)
    except factors.FactorError as refused:
        return _account(
            request, PasswordForm(), refused=refused.message.render(gettext), status=UNFIT
        )
    return HttpResponseRedirect(f"{reverse('account')}?done=removed")


@require_POST
@members_only
@reauth.confirmed_only("account")
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make recovery codes; those before are dead."""
    own = own_account(request)
    return _account(request, PasswordForm(), codes=transact_as(own.handle, factors.make_codes, own))


@require_POST
@any_member
def end_session(request: HttpRequest, row: int) -> HttpResponse:
    """End one of one's own sessions."""
    own = own_account(request)
    if own.sessions.filter(pk=row).first() is None:
        raise Http404
    transact_as(own.handle, sessions.end, own, row)
    return HttpResponseRedirect(f"{reverse('account')}?done=session")


@require_POST
@any_member
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    own = own_account(request)
    transact_as(own.handle, sessions.end_others, own, request.session.session_key or "")
    return HttpResponseRedirect(f"{reverse('account')}?done=session")


@require_POST
@any_member
def password(request: HttpRequest) -> HttpResponse:
    """Exchange the password; all other sessions end."""
    own, form = own_account(request), PasswordForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        form.wait_seconds = PER_SECOND.wait_seconds(str(own.pk))
        fits = not form.wait_seconds and proved(own, given["now"], "")
        if form.wait_seconds or fits is False:
            form.add_error("now", gettext("This is not your password."))
            return _account(request, form, status=TOO_MANY if form.wait_seconds else UNFIT)
        PER_SECOND.forget(str(own.pk))
        session = request.session.session_key or ""
        try:
            transact_as(own.handle, _exchange, own, chosen(given["password"], own), session)
        except ValidationError as refused:
            form.add_error("password", refused)
        else:
            _stay(request, Account.objects.get(pk=own.pk))
            return HttpResponseRedirect(f"{reverse('account')}?done=password")
    return _account(request, form, status=UNFIT)


def _exchange(tx: Tx, own: Account, password: Chosen, session: str) -> None:
    change_password(tx, own, password)
    sessions.end_others(tx, own, session)


def _stay(request: HttpRequest, own: Account) -> None:
    """Keep this session, under a fresh key, though the password is another now."""
    before = request.session.session_key
    update_session_auth_hash(request, own)
    request.session.save()
    SignedIn.objects.using(DEFAULT_DB_ALIAS).filter(session=before).update(
        session=request.session.session_key or ""
    )


@never_cache
@require_http_methods(GET_OR_POST)
@any_member
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask once more who it is, before what binds."""
    target = own_page(request.POST.get("next") or request.GET.get("next", ""), reverse("account"))
    own, form = own_account(request), ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.wait_seconds = PER_SECOND.wait_seconds(str(own.pk))
        if not form.wait_seconds and proved(own, **form.cleaned_data):
            PER_SECOND.forget(str(own.pk))
            reauth.confirm(request)
            return HttpResponseRedirect(target)
        form.add_error(None, gettext("Neither password nor code fits."))
    shown = {
        "member": member_of(request),
        "form": form,
        "next": target,
        "passkey": bool(_passkeys(own)),
    }
    status = TOO_MANY if form.wait_seconds else UNFIT if form.errors else 200
    return render(request, "console/account/confirm.html", shown, status=status)
