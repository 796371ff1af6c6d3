"""A member's passkeys: what her browser is asked for, and what it answers."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from troth.access.sign_in import (
    CHALLENGE,
    any_member,
    ask_passkey,
    asked_in,
    proven_by_passkey,
    second_by_passkey,
)
from troth.people import factors, passkeys, reauth
from troth.site.forms_account import label_of
from troth.site.navigation import own_page
from troth.site.pages.account import (
    TOO_MANY,
    UNFIT,
    must_confirm,
    new_factor,
    own_account,
    site_of,
)
from troth.store import transact_as

BODY_MAX: Final = 20_000


@never_cache
@require_POST
def second_asked(request: HttpRequest) -> HttpResponse:
    """Tell the browser which passkey is asked for, between the two steps."""
    options = ask_passkey(request, site_of(request))
    if options is None:
        return JsonResponse({}, status=403)
    return HttpResponse(options, content_type="application/json")


@never_cache
@require_POST
def second_passkey(request: HttpRequest) -> HttpResponse:
    """Take the browser's answer between the two steps."""
    tried = second_by_passkey(request, site_of(request), answered(request))
    if tried.member is None:
        status = (UNFIT, TOO_MANY)[bool(tried.wait_seconds)]
        return JsonResponse(
            {"says": passkeys.PasskeyError().message.render(gettext)}, status=status
        )
    return JsonResponse({"next": own_page(request.GET.get("next", ""), reverse("board"))})


def answered(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of a request; what is none is an empty one."""
    try:
        found = json.loads(request.body[:BODY_MAX])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@require_POST
@any_member
def passkey_asked(request: HttpRequest) -> HttpResponse:
    """Tell the browser what a new passkey is to be like."""
    own = own_account(request)
    if must_confirm(request):
        return JsonResponse({}, status=403)
    asked = passkeys.begin_registration(own, site_of(request))
    request.session[CHALLENGE] = asked.challenge
    return HttpResponse(asked.options, content_type="application/json")


@require_POST
@any_member
def passkey_added(request: HttpRequest) -> HttpResponse:
    """Keep the passkey a browser has registered."""
    own = own_account(request)
    if must_confirm(request):
        return JsonResponse({}, status=403)
    answer = answered(request)
    challenge = str(request.session.pop(CHALLENGE, ""))
    label = label_of(str(answer.pop("label", "")))
    try:
        passkey = passkeys.register(challenge, site_of(request), answer)
    except passkeys.PasskeyError as refused:
        return JsonResponse({"says": refused.message.render(gettext)}, status=UNFIT)
    try:
        transact_as(own.handle, factors.add_passkey, own, new_factor(request, label), passkey)
    except factors.UnprovenError as refused:
        return JsonResponse({"says": refused.message.render(gettext)}, status=UNFIT)
    return JsonResponse({"next": f"{reverse('account')}?done=added"})


@require_POST
@any_member
def confirm_asked(request: HttpRequest) -> HttpResponse:
    """Tell the browser which passkey is asked for, to confirm who it is."""
    options = asked_in(request, own_account(request), site_of(request))
    return HttpResponse(options, content_type="application/json")


@require_POST
@any_member
def confirm_passkey(request: HttpRequest) -> HttpResponse:
    """Take the browser's answer as a confirmation."""
    own = own_account(request)
    if not proven_by_passkey(request, own, site_of(request), answered(request)):
        says = passkeys.PasskeyError().message.render(gettext)
        return JsonResponse({"says": says}, status=UNFIT)
    reauth.confirm(request)
    return JsonResponse({"next": own_page(request.GET.get("next", ""), reverse("account"))})
