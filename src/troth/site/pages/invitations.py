"""Invitations: sent, sent again, withdrawn; and the page somebody joins by."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import invitations, objects
from troth.access.facts import member_of
from troth.access.invitations import Opened, UnusableError, usable
from troth.access.models import Invitation
from troth.access.sign_in import any_member, sign_in_claimed
from troth.notices.facts import way_out
from troth.people.passwords import chosen
from troth.people.reauth import DUE, WRITING, confirmed, form_open, redirect_to_confirm
from troth.site.admitted import actor_of, admitted, posted
from troth.site.forms import ClaimForm
from troth.site.forms_people import InviteForm, PeopleForm
from troth.site.pages.people import REFUSALS, UNFIT
from troth.site.typeset.people import invitations_shown, roles_shown
from troth.store import transact, transact_as
from troth.store.rate import Limit, network_of

GONE: Final = 410
TOO_MANY: Final = 429
PER_ADDRESS: Final = Limit("join-address", times=30, seconds=15 * 60)
"""Each try may hash a password."""


@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once where it is not mailed."""
    actor = actor_of(request)
    objects.on_house(actor, "member.invite")
    if request.method == "POST" and not confirmed(request, WRITING):
        return redirect_to_confirm(request, f"{reverse('invite')}?{DUE}")
    form = InviteForm(posted(request))
    opened = None
    if request.method == "POST" and form.is_valid():
        try:
            opened = transact_as(
                actor.member.handle,
                invitations.invite,
                form.cleaned_data["roles"],
                form.cleaned_data["email"],
                _link(request),
            )
        except REFUSALS as refused:
            form.tell(refused)
        else:
            form = InviteForm()
    return _page(request, form, opened, sent=bool(form.errors))


@require_POST
@admitted
def again(request: HttpRequest, row: int) -> HttpResponse:
    """Make a new link for an invitation; the old one is dead."""
    actor, found = actor_of(request), _find(row)
    objects.on_house(actor, "member.invite")
    if not confirmed(request):
        return redirect_to_confirm(request, f"{reverse('invite')}?{DUE}")
    form, opened = InviteForm(), None
    try:
        opened = transact_as(actor.member.handle, invitations.send_again, found, _link(request))
    except REFUSALS as refused:
        form = _refused(refused)
    return _page(request, form, opened)


@require_POST
@admitted
def withdraw(request: HttpRequest, row: int) -> HttpResponse:
    """Take an invitation back."""
    try:
        transact_as(actor_of(request).member.handle, invitations.withdraw, _find(row))
    except REFUSALS as refused:
        return _page(request, _refused(refused))
    return HttpResponseRedirect(f"{reverse('invite')}?done=withdrawn")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Make whoever holds an invitation's link a member, once she has chosen a password."""
    found = usable(DEFAULT_DB_ALIAS, token, datetime.now(UTC))
    if found is None:
        return render(request, "console/people/join_unusable.html", status=GONE)
    form = ClaimForm(posted(request))
    status = 200
    if request.method == "POST" and PER_ADDRESS.wait_seconds(_network(request)):
        return render(request, "console/people/join_unusable.html", {"wait": 1}, status=TOO_MANY)
    if request.method == "POST" and form.is_valid():
        try:
            member = transact(invitations.take, token, chosen(form.cleaned_data["password"]))
        except UnusableError:
            return render(request, "console/people/join_unusable.html", status=GONE)
        except ValidationError as refused:
            form.add_error("password", refused)
        else:
            sign_in_claimed(request, member)
            return HttpResponseRedirect(reverse("joined"))
    if form.errors:
        status = UNFIT
    shown = {"form": form, "invitation": found, "roles": roles_shown(found.roles)}
    return render(request, "console/people/join.html", shown, status=status)


@require_safe
@any_member
def joined(request: HttpRequest) -> HttpResponse:
    """Show a new member the handle she will sign in with, and what comes next."""
    return render(request, "console/people/joined.html", {"member": member_of(request)})


def _page(
    request: HttpRequest,
    form: InviteForm,
    opened: Opened | None = None,
    *,
    sent: bool = False,
) -> HttpResponse:
    actor = actor_of(request)
    shown = {
        "member": actor.member,
        "form": form,
        "confirmed": form_open(request, sent=sent),
        "roles": roles_shown(),
        "opened": opened,
        "mail_goes": way_out(DEFAULT_DB_ALIAS) is not None,
        "link": "" if opened is None else _link(request)(opened.token),
        "waiting": invitations_shown(DEFAULT_DB_ALIAS, datetime.now(UTC)),
        "done": request.GET.get("done", ""),
    }
    status = UNFIT if form.is_bound and form.errors else 200
    return render(request, "console/people/invite.html", shown, status=status)


def _refused(error: Exception) -> InviteForm:
    form = InviteForm({})
    form.full_clean()
    PeopleForm.tell(form, error)
    return form


def _find(row: int) -> Invitation:
    found = Invitation.objects.filter(pk=row).first()
    if found is None:
        raise Http404
    return found


def _link(request: HttpRequest) -> Callable[[str], str]:
    """Return what makes a link: under the public address where one is set, whatever host was asked.

    A link goes to somebody else, so it holds nothing of a request that is not checked.
    """
    public = settings.CONFIG.url.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return lambda token: public + reverse("join", args=[token])


def _network(request: HttpRequest) -> str:
    return network_of(request.META.get("REMOTE_ADDR", ""))
