"""Signing in by the company's own provider, and linking one's account there."""

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from msgspec import convert, to_builtins

from troth.access import provider as verbs
from troth.access.facts import member_of
from troth.access.sign_in import PER_ADDRESS, admit, any_member
from troth.people import entering, provider, reauth
from troth.people.oidc import Subject
from troth.people.oidc_ask import Asked
from troth.people.provider import Provider, ProviderError
from troth.policy.words import Message, mark
from troth.site.navigation import own_page
from troth.store import transact, transact_as
from troth.store.rate import network_of

BEGUN: Final = "people.provider"
PROVIDER: Final = "provider"
REFUSED: Final = 422
NOBODY: Final = mark(
    "No member signs in by this account. Sign in by your handle and link it first."
)


def _set(request: HttpRequest) -> Provider:
    found: Provider | None = settings.TROTH_PROVIDER()
    if found is None:
        raise Http404(request.path)
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("provider-back"))


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = own_page(request.GET.get("next", ""), reverse("board"))
    return _begun(request, {"next": target, "link": False})


@require_POST
@any_member
def link(request: HttpRequest) -> HttpResponse:
    """Tell which account is to be linked by signing in there once."""
    if not reauth.confirmed(request):
        return reauth.redirect_to_confirm(request, back=reverse("account"))
    return _begun(request, {"next": reverse("account"), "link": True}, page=True)


def _begun(request: HttpRequest, kept: dict[str, object], *, page: bool = False) -> HttpResponse:
    """Keep what was begun; a form leads to a page with the link, as CSP binds where it may lead."""
    try:
        asked, address = provider.begin(_set(request), _back(request), datetime.now(UTC))
    except ProviderError as error:
        return _failed(request, error.message)
    request.session[BEGUN] = kept | {"asked": to_builtins(asked)}
    if page is False:
        return HttpResponseRedirect(address)
    shown = {"member": member_of(request), "address": address, "name": _set(request).name}
    return render(request, "console/account/leave.html", shown)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer, which is good for what was begun, once."""
    try:
        begun = _taken(request)
        asked = convert(begun["asked"], Asked)
        given = {name: value for name, value in request.GET.items() if isinstance(value, str)}
        now = datetime.now(UTC)
        found = provider.finish(_set(request), asked, given, _back(request), now)
        return _entered(request, found, begun)
    except (ProviderError, verbs.LinkTakenError) as error:
        return _failed(request, error.message)


def _taken(request: HttpRequest) -> dict[str, Any]:
    """Take what this browser has begun out of its session. Raises ProviderError."""
    begun = request.session.pop(BEGUN, None)
    if PER_ADDRESS.wait_seconds(network_of(request.META.get("REMOTE_ADDR", ""))):
        raise ProviderError(Message(mark("Too many tries. Please try again in a while.")))
    if not isinstance(begun, dict):
        raise provider.run_out()
    return begun


def _entered(request: HttpRequest, found: Subject, begun: dict[str, Any]) -> HttpResponse:
    """Link the account, or sign in whoever it is; her own second factor may still be due."""
    target = str(begun["next"])
    member = member_of(request)
    if begun["link"] is True and member is not None:
        transact_as(member.handle, verbs.link, found.value)
        return HttpResponseRedirect(f"{target}?done=linked")
    known = transact(verbs.find, found.value)
    if known is None:
        raise ProviderError(Message(NOBODY))
    if found.strong is True:
        entering.complete(request, known.account, PROVIDER)
        return HttpResponseRedirect(target)
    tried = admit(request, known, PROVIDER)
    if tried.second is True:
        return HttpResponseRedirect(f"{reverse('second')}?{urlencode({'next': target})}")
    return HttpResponseRedirect(target)


def _failed(request: HttpRequest, message: Message) -> HttpResponse:
    shown = {"member": member_of(request), "says": message}
    return render(request, "console/account/provider_failed.html", shown, status=REFUSED)


@require_POST
@any_member
def unlink(request: HttpRequest) -> HttpResponse:
    """Undo the link."""
    if not reauth.confirmed(request):
        return reauth.redirect_to_confirm(request, back=reverse("account"))
    member = member_of(request)
    if member is not None:
        transact_as(member.handle, verbs.unlink)
    return HttpResponseRedirect(f"{reverse('account')}?done=unlinked")
