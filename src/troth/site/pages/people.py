"""Members: the list, one member, and what may be done with her."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from msgspec import Struct
from msgspec.structs import replace

from troth.access import known, members, objects
from troth.access.acting import acting
from troth.access.facts import member_of
from troth.access.known import OwnError, TakenError
from troth.access.members import MemberError
from troth.access.models import Member
from troth.access.notes import NoteError
from troth.access.objects import Action
from troth.access.roles import RolesConflictError
from troth.people.reauth import DUE, WRITING, confirmed, form_open, redirect_to_confirm
from troth.people.values import NoPolicyError, RefusedError
from troth.site.admitted import actor_of, admitted
from troth.site.forms_people import (
    FreezeForm,
    OwnNameForm,
    PeopleForm,
    ReviewForm,
    RolesForm,
    UnfreezeForm,
)
from troth.site.navigation import kept, page_number
from troth.site.typeset.people import (
    Asked,
    asked_of,
    listed,
    roles_shown,
    states_shown,
    with_names,
)
from troth.site.typeset.person import abilities, opened, person_shown
from troth.store import Tx, transact_as

UNFIT: Final = 422
REFUSALS: Final = (
    MemberError,
    NoPolicyError,
    NoteError,
    OwnError,
    RefusedError,
    RolesConflictError,
    TakenError,
)
"""What a verb says no to with a sentence."""
GUARDED: Final = frozenset({"roles_form", "unfreeze_form", "ownname_form"})
"""Forms that are shown to who has proved who she is."""


@require_safe
@admitted
def people(request: HttpRequest) -> HttpResponse:
    """Show the members: who they are, what they may do, what is due."""
    actor = actor_of(request)
    asked = asked_of(request.GET, page_number(request.GET.get("page", "")))
    page = listed(DEFAULT_DB_ALIAS, asked, datetime.now(UTC))
    if request.GET.get("names"):
        page = transact_as(actor.member.handle, with_names, page)
    shown = {
        "member": actor.member,
        "may": abilities(actor),
        "page": page,
        "asked": asked,
        "states": states_shown(),
        "roles": roles_shown(),
        "kept": _kept(asked),
    }
    return render(request, "console/people/list.html", shown)


@require_safe
@admitted
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Show one member."""
    return _person(request, handle)


@require_POST
@admitted
def set_roles(request: HttpRequest, handle: str) -> HttpResponse:
    """Have a member hold the roles that were ticked, and no others."""
    form = RolesForm(request.POST)
    return _done(
        request,
        handle,
        form,
        "roles",
        lambda tx, other: members.set_roles(tx, other, form.cleaned_data["roles"], form.seen),
        proof=_Proof("member.set-roles", f"?{DUE}"),
    )


@require_POST
@admitted
def freeze(request: HttpRequest, handle: str) -> HttpResponse:
    """Stop a member's access."""
    return _reasoned(request, handle, FreezeForm(request.POST), "frozen", members.freeze)


@require_POST
@admitted
def unfreeze(request: HttpRequest, handle: str) -> HttpResponse:
    """Lift what stopped her."""
    proof = _Proof("member.unfreeze", f"?{DUE}")
    form = UnfreezeForm(request.POST)
    return _reasoned(request, handle, form, "unfrozen", members.unfreeze, proof=proof)


@require_POST
@admitted
def review(request: HttpRequest, handle: str) -> HttpResponse:
    """Note that a member's access was looked at."""
    return _reasoned(request, handle, ReviewForm(request.POST), "reviewed", members.review)


@require_POST
@admitted
def own_name(request: HttpRequest, handle: str) -> HttpResponse:
    """Keep or erase one's own name and address."""
    form = OwnNameForm(request.POST)

    def give(tx: Tx, other: Member) -> None:
        objects.on_member(acting(tx), "account.change", other)
        known.give_name(tx, form.cleaned_data["name"])
        known.give_address(tx, form.cleaned_data["email"])

    proof = _Proof("account.change", f"?more=1&{DUE}")
    return _done(request, handle, form, "own", give, proof=proof)


@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def end(request: HttpRequest, handle: str) -> HttpResponse:
    """Say what ends with a member's leaving and what does not, then end it."""
    actor, other = actor_of(request), _find(handle)
    may = abilities(actor, other)
    shown: dict[str, Any] = {"member": actor.member, "may": may}
    shown["shown"] = person_shown(other, datetime.now(UTC))
    if request.method != "POST":
        return render(request, "console/people/end.html", shown)
    if not confirmed(request):
        return redirect_to_confirm(request)
    try:
        shown["left"] = transact_as(actor.member.handle, members.end, other)
    except MemberError as refused:
        return render(
            request, "console/people/end.html", shown | {"refused": refused}, status=UNFIT
        )
    shown["member"] = member_of(request)  # nobody, if it was she who left
    return render(request, "console/people/ended.html", shown)


class _Proof(Struct, frozen=True):
    """What wants a proof of who one is, and what of the member's page is shown after it."""

    action: Action
    at: str


def _reasoned(
    request: HttpRequest,
    handle: str,
    form: PeopleForm,
    done: str,
    verb: Callable[[Tx, Member, str], object],
    *,
    proof: _Proof | None = None,
) -> HttpResponse:
    """Run a verb that wants a reason."""
    return _done(
        request,
        handle,
        form,
        done,
        lambda tx, other: verb(tx, other, form.cleaned_data["reason"]),
        proof=proof,
    )


def _done(
    request: HttpRequest,
    handle: str,
    form: PeopleForm,
    done: str,
    verb: Callable[[Tx, Member], object],
    *,
    proof: _Proof | None = None,
) -> HttpResponse:
    """Run a verb on a member and go back to her page, or show there what was refused."""
    actor, other = actor_of(request), _find(handle)
    if proof is not None and not confirmed(request, WRITING):
        objects.on_member(actor, proof.action, other)
        return redirect_to_confirm(request, reverse("person", args=[handle]) + proof.at)
    if form.is_valid():
        try:
            transact_as(actor.member.handle, verb, other)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('person', args=[handle])}?done={done}")
    return _person(request, handle, status=UNFIT, **{_place(form): form})


def _place(form: PeopleForm) -> str:
    return f"{type(form).__name__.removesuffix('Form').lower()}_form"


def _person(
    request: HttpRequest, handle: str, *, status: int = 200, **forms: PeopleForm
) -> HttpResponse:
    actor, other = actor_of(request), _find(handle)
    shown: dict[str, Any] = {
        "member": actor.member,
        "may": abilities(actor, other),
        "shown": person_shown(other, datetime.now(UTC)),
        "roles": roles_shown(),
        "confirmed": form_open(request, sent=not GUARDED.isdisjoint(forms)),
        "done": request.GET.get("done", ""),
        "freeze_form": FreezeForm(),
        "unfreeze_form": UnfreezeForm(),
        "review_form": ReviewForm(),
        "roles_form": RolesForm(),
    }
    if request.GET.get("more"):
        more = shown["more"] = transact_as(actor.member.handle, opened, other)
        shown["shown"] = replace(shown["shown"], happened=more.happened)
        shown["ownname_form"] = OwnNameForm(initial={"name": more.name, "email": more.email})
    return render(request, "console/people/person.html", shown | forms, status=status)


def _find(handle: str) -> Member:
    found = Member.objects.select_related("account").filter(account__handle=handle).first()
    if found is None:
        raise Http404
    return found


def _kept(asked: Asked) -> dict[str, str]:
    return kept(q=asked.search, role=asked.role, state=asked.state, page=asked.turned_to)
