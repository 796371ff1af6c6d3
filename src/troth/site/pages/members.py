"""How a member comes in and goes out: the first owner's link, sign-in, sign-out."""

from datetime import UTC, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import facts
from troth.access.actions import LinkUnusableError, claim_ownership
from troth.access.sign_in import any_member, onward, sign_in_claimed
from troth.access.sign_in import sign_in as check
from troth.access.sign_in import sign_out as end
from troth.people.passwords import chosen
from troth.site.forms import ClaimForm, DeclaredForm, SignInForm
from troth.site.navigation import own_page
from troth.site.pages.account import provider_name
from troth.store import transact

OK: Final = 200
GONE: Final = 410
REFUSED: Final = 422
TOO_MANY: Final = 429


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, token: str) -> HttpResponse:
    """Make whoever holds the first owner's link the owner, once she has chosen a password."""
    if facts.usable_link(DEFAULT_DB_ALIAS, token, datetime.now(UTC)) is None:
        return render(request, "console/link_unusable.html", status=GONE)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = transact(claim_ownership, token, chosen(form.cleaned_data["password"]))
        except LinkUnusableError:
            return render(request, "console/link_unusable.html", status=GONE)
        except ValidationError as refused:
            form.add_error("password", refused)
        else:
            sign_in_claimed(request, member)
            return HttpResponseRedirect(reverse("welcome"))
    return render(request, "console/owner.html", {"form": form}, status=_status(form))


@require_safe
@any_member
def welcome(request: HttpRequest) -> HttpResponse:
    """Show a new member the handle she will sign in with."""
    return render(request, "console/welcome.html", {"member": facts.member_of(request)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Let a member in by handle and password; why somebody is refused is not told."""
    target = own_page(request.POST.get("next") or request.GET.get("next", ""), reverse("board"))
    if facts.member_of(request) is not None:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tried = check(request, form.cleaned_data["handle"], form.cleaned_data["password"])
        going = onward(tried, target)
        if going is not None:
            return HttpResponseRedirect(going)
        form.refuse(tried.wait_seconds)
    shown = {"form": form, "next": target, "provider": provider_name()}
    response = render(request, "console/sign_in.html", shown, status=_status(form))
    if form.wait_seconds:
        response["Retry-After"] = str(form.wait_seconds)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseRedirect:
    """End the session."""
    end(request)
    return HttpResponseRedirect(reverse("sign-in"))


def _status(form: DeclaredForm) -> int:
    """Return what a form answers: 429 too often, 422 refused, else 200."""
    if form.wait_seconds:
        return TOO_MANY
    return REFUSED if form.errors else OK
