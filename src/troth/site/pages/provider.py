"""Signing in by the company's own provider, and linking one's account there."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from msgspec import convert, to_builtins

from troth.access import provider as verbs
from troth.access.facts import member_of
from troth.access.sign_in import any_member, onward, sign_in_vouched
from troth.people import provider, reauth
from troth.people.oidc import Subject
from troth.people.oidc_ask import LASTS, Asked
from troth.people.provider import Provider
from troth.people.published import ProviderError
from troth.policy.ready import ready
from troth.policy.words import Message, mark
from troth.site.navigation import address, kept, own_page
from troth.site.pages.account import require_member
from troth.store import transact_as
from troth.store.rate import Limit, network_of

BEGUN: Final = "people.provider"
ready(Asked)
REFUSED: Final = 422
PER_NETWORK: Final = Limit("provider-address", times=300, seconds=15 * 60)
"""Each sign-in that is begun keeps a session for some minutes."""


def _told(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say on a page why it did not come to a sign-in or a link."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (ProviderError, verbs.LinkTakenError) as error:
            shown = {"member": member_of(request), "says": error.message}
            page = "console/account/provider_failed.html"
            return render(request, page, shown, status=REFUSED)

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_told
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider, to sign in: by a form of this site, as it keeps a session.

    Any page could have had a browser follow a link.
    """
    if request.method != "POST":
        asked = own_page(request.GET.get("next", ""), "")
        return HttpResponseRedirect(address(reverse("sign-in"), kept(next=asked)))
    target = own_page(request.POST.get("next", ""), reverse("board"))
    return _leave(request, _begun(request, "sign-in", target), at_once=True)


@require_POST
@any_member
@reauth.confirmed_only("account")
@_told
def link(request: HttpRequest) -> HttpResponse:
    """Lead to the provider, to link one's account there."""
    return _leave(request, _begun(request, "link", reverse("account")))


def _leave(request: HttpRequest, address: str, *, at_once: bool = False) -> HttpResponse:
    """Lead elsewhere by a page with the address: CSP binds where a form may lead."""
    shown = {"member": member_of(request), "address": address, "name": _set(request).name}
    return render(request, "console/account/leave.html", {**shown, "at_once": at_once})


@never_cache
@require_safe
@_told
def back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer, which is good for what was begun, once."""
    begun = _taken(request)
    given = request.GET.dict()
    asked = convert(begun["asked"], Asked)
    found = provider.finish(_set(request), asked, given, _back(request), datetime.now(UTC))
    return BEGINNINGS[begun["what"]](request, found, begun["next"])


@require_POST
@any_member
@reauth.confirmed_only("account")
def unlink(request: HttpRequest) -> HttpResponse:
    """Undo the link."""
    transact_as(require_member(request).handle, verbs.unlink)
    return HttpResponseRedirect(f"{reverse('account')}?done=unlinked")


def _linked(request: HttpRequest, found: Subject, target: str) -> HttpResponse:
    """Link the account to who has begun to; her session may have ended since."""
    member = member_of(request)
    if member is None:
        raise provider.run_out()
    transact_as(member.handle, verbs.link, found.value)
    return HttpResponseRedirect(f"{target}?done=linked")


def _entered(request: HttpRequest, found: Subject, target: str) -> HttpResponse:
    return HttpResponseRedirect(onward(sign_in_vouched(request, found), target) or target)


BEGINNINGS: Final[Mapping[str, Callable[[HttpRequest, Subject, str], HttpResponse]]] = {
    "link": _linked,
    "sign-in": _entered,
}


def _begun(request: HttpRequest, what: str, target: str) -> str:
    """Keep in the session what is begun, and return where the browser is to go."""
    if PER_NETWORK.wait_seconds(network_of(request.META.get("REMOTE_ADDR", ""))):
        raise ProviderError(Message(mark("Too many tries. Please try again in a while.")))
    asked, address = provider.begin(_set(request), _back(request), datetime.now(UTC))
    if member_of(request) is None:
        request.session.set_expiry(LASTS)  # a stranger's: it holds this alone
    request.session[BEGUN] = {"what": what, "next": target, "asked": to_builtins(asked)}
    return address


def _taken(request: HttpRequest) -> dict[str, Any]:
    """Take what this browser has begun out of its session. Raises ProviderError."""
    begun = request.session.pop(BEGUN, None)
    if not isinstance(begun, dict):
        raise provider.run_out()
    return begun


def _set(request: HttpRequest) -> Provider:
    found: Provider | None = settings.TROTH_PROVIDER()
    if found is None:
        raise Http404(request.path)
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("provider-back"))
