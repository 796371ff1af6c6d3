"""The organisation as the console shows it: roles, the responsible person, procedures, settings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from msgspec import Struct

from troth.access import organisation, settings
from troth.access.models import Procedure, Responsible, Setting
from troth.access.organisation import Draft
from troth.access.roles import ROLES
from troth.access.settings import ANY, SENSITIVE, SETTINGS, UnfitSettingError
from troth.policy.words import Lang, Message, mark
from troth.site.forms_people import PeopleForm
from troth.site.forms_texts import HoursForm, LivesForm, NumberForm, SwitchForm
from troth.site.typeset.people import RoleShown, roles_shown
from troth.site.typeset.prose import is_chinese
from troth.site.typeset.texts import text_html

SOON: Final = timedelta(days=30)
BODIES: Final[Mapping[str, type[PeopleForm]]] = {
    settings.WORKING_HOURS: HoursForm,
    settings.LONGEST_LIFE_DAYS: LivesForm,
    settings.FREEZE_ON_ALERT: SwitchForm,
    settings.NAMES_ON_ME: SwitchForm,
}
"""Settings that are more than a number."""


class RoleHeld(Struct, frozen=True):
    """A role with who holds it; an open one has nobody."""

    role: RoleShown
    holders: tuple[str, ...]


class ProcedureShown(Struct, frozen=True):
    """One version of a procedure in the reader's language; `review` is `fine`, `soon` or `over`."""

    name: str
    number: int
    title: str
    html: SafeString
    note: str
    since: datetime
    by: str
    review_due: datetime
    review: str
    retired: bool
    intact: bool
    from_start: bool


class SettingShown(Struct, frozen=True):
    """A setting in words, with the form that changes it and who set it last."""

    name: str
    label: str
    tells: str
    says: str
    form: PeopleForm
    set_by: str = ""
    set_at: datetime | None = None


def roles_held(alias: str) -> tuple[RoleHeld, ...]:
    """Return every role with its holders."""
    held = organisation.holders(alias)
    return tuple(RoleHeld(role, tuple(held[ROLES[i]])) for i, role in enumerate(roles_shown()))


def responsible_name(named: Responsible | None) -> str:
    """Return who is responsible, as she is called in the reader's language."""
    if named is None:
        return ""
    return named.zh if is_chinese() else named.en


def procedures_shown(alias: str, now: datetime) -> tuple[ProcedureShown, ...]:
    """Return the newest version of each procedure."""
    return tuple(procedure_shown(row, now) for row in organisation.procedures(alias))


def procedure_shown(row: Procedure, now: datetime, lang: Lang | None = None) -> ProcedureShown:
    """Return a version in a language, the reader's where none is named."""
    chinese = is_chinese() if lang is None else lang == "zh"
    due = "soon" if row.review_due <= now + SOON else "fine"
    return ProcedureShown(
        name=row.name,
        number=row.number,
        title=row.title_zh if chinese else row.title_en,
        html=text_html(row.body_zh if chinese else row.body_en, 0),
        note=row.note,
        since=row.since,
        by=row.by,
        review_due=row.review_due,
        review="over" if row.review_due <= now else due,
        retired=row.retired,
        intact=organisation.text_unchanged(row),
        from_start=row.by == "system",
    )


def find(alias: str, name: str, number: int = 0) -> Procedure | None:
    """Return a version of a procedure, the newest where none is named."""
    rows = Procedure.objects.using(alias).filter(name=name)
    return (rows.filter(number=number) if number else rows).order_by("-number").first()


def draft_in(cleaned: Mapping[str, Any]) -> Draft:
    """Return what a form gives as a procedure's text."""
    return Draft(*(str(cleaned[name] or "") for name in Draft.__struct_fields__))


def days_in(cleaned: Mapping[str, Any]) -> timedelta:
    """Return in how long it is looked at again; none is refused by the verb."""
    days = cleaned.get("review_days") or 0
    return timedelta(days=max(0, min(int(days), organisation.REVIEW_DAYS_MAX + 1)))


def settings_shown(
    alias: str, bound: Mapping[str, PeopleForm] | None = None
) -> tuple[SettingShown, ...]:
    """Return every setting; `bound` are forms that were refused."""
    newest: dict[str, Setting] = {}
    for row in Setting.objects.using(alias).order_by("pk"):
        newest[row.name] = row
    found = []
    for name, declared in SETTINGS.items():
        now = settings.value(alias, name)
        last = newest.get(name)
        found.append(
            SettingShown(
                name=name,
                label=gettext(declared.label),
                tells=gettext(declared.tells),
                says=says(name, now),
                form=(bound or {}).get(name) or form_of(name)(initial=initial(name, now)),
                set_by="" if last is None else last.by,
                set_at=None if last is None else last.at,
            )
        )
    return tuple(found)


def form_of(name: str) -> Callable[..., PeopleForm]:
    """Return what makes the form a setting is changed by; ids are the setting's own."""
    return partial(BODIES.get(name, NumberForm), auto_id=f"{name}_%s")


def says(name: str, now: Any) -> str:
    """Return what a setting is, as it is read aloud."""
    if isinstance(now, bool):
        return gettext("on") if now else gettext("off")
    if isinstance(now, settings.Hours):
        names = dict(HoursForm.base_fields["days"].choices)  # type: ignore[attr-defined]  # ours
        days = gettext(", ").join(str(names[str(day)]) for day in now.days)
        return gettext("%(start)s to %(end)s, %(days)s (%(zone)s)") % {
            "start": now.start,
            "end": now.end,
            "days": days,
            "zone": now.zone,
        }
    if name == settings.LONGEST_LIFE_DAYS:
        told = gettext("%(any)s days; sensitive: %(sensitive)s") % now
        return gettext("; ").join([told, *(f"{k}: {v}" for k, v in now.items() if k not in BASES)])
    return str(now)


BASES: Final = frozenset({ANY, SENSITIVE})


def initial(name: str, now: Any) -> dict[str, Any]:
    """Return what stands in a setting's form before anybody writes."""
    if isinstance(now, settings.Hours):
        days = [str(day) for day in now.days]
        return {"start": now.start, "end": now.end, "days": days, "zone": now.zone}
    if name == settings.LONGEST_LIFE_DAYS:
        own = "\n".join(f"{key} = {days}" for key, days in now.items() if key not in BASES)
        return {ANY: now[ANY], SENSITIVE: now[SENSITIVE], "own": own}
    return {"value": now}


def given(name: str, cleaned: Mapping[str, Any]) -> object:
    """Return what a form gives as the value of a setting; the verb parses it.

    Raises UnfitSettingError on a line that says nothing.
    """
    if name == settings.WORKING_HOURS:
        return {**cleaned, "days": [int(day) for day in cleaned["days"]]}
    if name == settings.LONGEST_LIFE_DAYS:
        return {ANY: cleaned[ANY], SENSITIVE: cleaned[SENSITIVE], **_own(cleaned["own"])}
    return cleaned["value"]


def _own(written: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in filter(None, map(str.strip, written.splitlines())):
        name, equals, days = (part.strip() for part in line.partition("="))
        if not (name and equals and days.isascii() and days.isdigit()) or name in BASES:
            raise UnfitSettingError(Message(mark("Write one category a line, as: request = 2")))
        found[name] = int(days[:6])
    return found


def history(alias: str, name: str, now: datetime) -> Sequence[ProcedureShown]:
    """Return all versions of a procedure, the newest first."""
    return [procedure_shown(row, now) for row in organisation.versions_of(alias, name)]
