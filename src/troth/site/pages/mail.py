"""Mail: how each is worded, what waits, and what could not be delivered."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access.models import Member
from troth.access.objects import on_house
from troth.notices.actions import MeanwhileError, let_go, restore, retry, word
from troth.notices.facts import has_address
from troth.notices.trial import send_trial
from troth.notices.wording import UnfitWordingError, Worded, demand_fit, newest, worded
from troth.people.mail import Mail, known_mails
from troth.site.admitted import actor_of, admitted
from troth.site.forms_mail import WordingForm
from troth.site.language import lang_of
from troth.site.typeset.mail import mail_page, places_of, preview, version_of, versions_of
from troth.store import transact_as

Arguments = ParamSpec("Arguments")

REFUSED: Final = 422
SAVE: Final = "save"
OUTCOMES: Final = frozenset(
    ["saved", "same", "restored", "trial", "no-address", "too-many", "again", "gone", "already"]
)
"""What `?done=` may say."""


def editors_only(
    view: Callable[Concatenate[HttpRequest, Member, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Let members through who may edit mail, and hand the page who it is."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        actor = actor_of(request)
        on_house(actor, "mail.edit")
        return view(request, actor.member, *args, **kwargs)

    return admitted(guarded)


@require_safe
@editors_only
def mails(request: HttpRequest, member: Member) -> HttpResponse:
    """Show whether mail goes out, what could not be delivered, and every mail there is."""
    page = mail_page(DEFAULT_DB_ALIAS, lang_of(request), datetime.now(UTC))
    shown = {"member": member, "page": page, "done": _done(request)}
    return render(request, "console/mail/mail.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def wording(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """Show how a mail is worded and as it would arrive; save another wording of it."""
    mail = _mail(name)
    if request.method == "POST":
        return _written(request, member, mail)
    taken = version_of(DEFAULT_DB_ALIAS, mail, request.GET.get("from", ""))
    shown = worded(DEFAULT_DB_ALIAS, mail) if taken is None else taken
    form = WordingForm.showing(shown)
    return _page(request, member, mail, form, shown, taken=taken is not None)


def _written(request: HttpRequest, member: Member, mail: Mail) -> HttpResponse:
    """Check what was written; show how it would arrive, or save it."""
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _page(request, member, mail, form, None)
    wanted = form.written()
    try:
        demand_fit(mail, wanted)
        if request.POST.get("do") == SAVE:
            saved = transact_as(member.handle, word, mail.name, wanted, form.after)
            return _back(mail.name, "same" if saved is None else "saved")
    except UnfitWordingError as refused:
        form.refuse(refused.faults)
        return _page(request, member, mail, form, None)
    except MeanwhileError as refused:
        form.add_error(None, refused.message.render(gettext))
    return _page(request, member, mail, form, wanted)


def _page(
    request: HttpRequest,
    member: Member,
    mail: Mail,
    form: WordingForm,
    arrives: Worded | None,
    *,
    taken: bool = False,
) -> HttpResponse:
    row = newest(DEFAULT_DB_ALIAS, mail.name)
    shown = {
        "member": member,
        "mail": mail,
        "what": mail.what.render(gettext),
        "form": form,
        "places": places_of(mail),
        "preview": None if arrives is None else preview(mail, arrives),
        "previewed": request.method == "POST" and arrives is not None,
        "taken": taken,
        "changed": row is not None and not row.default,
        "after": 0 if row is None else row.pk,
        "versions": versions_of(DEFAULT_DB_ALIAS, mail, lang_of(request)),
        "has_address": has_address(DEFAULT_DB_ALIAS, member.account.person),
        "done": _done(request),
    }
    status = REFUSED if form.errors else 200
    return render(request, "console/mail/wording.html", shown, status=status)


@require_POST
@editors_only
def back(request: HttpRequest, member: Member, name: str) -> HttpResponse:  # noqa: ARG001 - the shape of a page
    """Go back to the wording a mail came with."""
    done = transact_as(member.handle, restore, _mail(name).name)
    return _back(name, "same" if done is None else "restored")


@require_POST
@editors_only
def trial(request: HttpRequest, member: Member, name: str) -> HttpResponse:  # noqa: ARG001 - the shape of a page
    """Send a mail with made-up values to the member herself."""
    return _back(name, send_trial(member.handle, _mail(name).name))


@require_POST
@editors_only
def again(request: HttpRequest, member: Member, row: int) -> HttpResponse:  # noqa: ARG001 - the shape of a page
    """Have a mail tried again that could not be delivered."""
    outcomes = {True: "again", False: "already"}
    return _list(outcomes[transact_as(member.handle, retry, row)])


@require_POST
@editors_only
def drop(request: HttpRequest, member: Member, row: int) -> HttpResponse:  # noqa: ARG001 - the shape of a page
    """Give up a mail that could not be delivered."""
    outcomes = {True: "gone", False: "already"}
    return _list(outcomes[transact_as(member.handle, let_go, row)])


def _mail(name: str) -> Mail:
    mail = known_mails().get(name)
    if mail is None:
        raise Http404
    return mail


def _done(request: HttpRequest) -> str:
    """Return what has just been done, as its page told us; nothing else is believed."""
    return request.GET["done"] if request.GET.get("done") in OUTCOMES else ""


def _list(done: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('mail')}?done={done}")


def _back(name: str, done: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('mail-wording', args=[name])}?done={done}")
