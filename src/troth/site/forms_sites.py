"""The forms about keys of sites. What a key may be is `sites` to say; its refusals stand here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Self, cast

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.access.keys import wants_proof
from troth.policy.words import Message
from troth.site.forms_people import PeopleForm
from troth.sites.actions import OVERLAPS, PER_MINUTE, PER_MINUTE_MAX, Wanted
from troth.sites.errors import UnfitKeyError
from troth.sites.models import LABEL_LENGTH_MAX, Key
from troth.sites.words import SCOPES, Kind, Scope

SETTING: Final = "house-text.setting"
MORE_LENGTH_MAX: Final = 1_000
LISTS: Final = frozenset({"scopes", "origins"})
OVERLAP_NAMES: Final = (
    _("at once"),
    _("in an hour"),
    _("in a day"),
    _("in a week"),
)
"""When the old key ends, as `OVERLAPS` are offered."""


class SiteForm(PeopleForm):
    """A form about a key: what of it can't be so stands beside its field."""

    def tell(self, error: Exception) -> None:
        """Show what a verb refused, beside the part it names, else above the form."""
        part = error.part if isinstance(error, UnfitKeyError) else ""
        says: Message = error.message  # type: ignore[attr-defined]  # each of ours carries one
        self.add_error(part if part in self.fields else None, says.render(gettext))


class KeyForm(SiteForm):
    """A key somebody wants."""

    purpose = "staff-access"
    collects: ClassVar = dict.fromkeys(
        ("kind", "label", "scopes", "origins", "more", "per_minute", "test", "until"), SETTING
    )

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("secret", ""), ("publishable", "")]
    )
    label = forms.CharField(
        label=_("Name"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": LABEL_LENGTH_MAX, "autocomplete": "off"}),
        help_text=_("What uses it, as “Back end of the shop”. Only members see it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), required=False, choices=[(one, "") for one in SCOPES]
    )
    origins = forms.MultipleChoiceField(label=_("From where"), required=False)
    more = forms.CharField(
        label=_("Other origins, in test mode alone"),
        required=False,
        max_length=MORE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line, as http://localhost:3000."),
    )
    per_minute = forms.IntegerField(
        label=_("Calls a minute"),
        required=False,
        initial=PER_MINUTE,
        widget=forms.NumberInput(attrs={"min": 1, "max": PER_MINUTE_MAX}),
        help_text=_("What goes beyond is refused (429) and told when to call again."),
    )
    test = forms.BooleanField(label=_("Test mode"), required=False)
    until = forms.DateField(
        label=_("Last day (optional)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("It works through this day in UTC, for two years at most."),
    )

    @classmethod
    def for_site(
        cls, origins: Sequence[str], sent: QueryDict | None, kept: Mapping[str, Any]
    ) -> Self:
        """Return the form of a site of these origins, as it was sent, else as `kept` fills it."""
        form = cls(sent, initial=kept)
        form.fields["origins"].choices = [(one, one) for one in origins]  # type: ignore[attr-defined]
        return form

    @staticmethod
    def kept(query: QueryDict) -> dict[str, Any]:
        """Return what an address tells of the form: what was sent before a proof was asked for."""
        found = {name: query.getlist(name) if name in LISTS else query[name] for name in query}
        return {name: value for name, value in found.items() if name in KeyForm.base_fields}

    @property
    def address(self) -> str:
        """What was sent, as a query: no key is in it, as none is made yet."""
        sent = cast("QueryDict", self.data)
        told = [
            (name, value)
            for name in self.fields
            for value in sent.getlist(name)
            if value and len(value) <= MORE_LENGTH_MAX
        ]
        return urlencode(told)

    @property
    def wants_proof(self) -> bool:
        """Whether such a key is made by who has just proved who she is alone."""
        return wants_proof(self.cleaned_data["kind"], test=self.cleaned_data["test"])

    def clean_kind(self) -> str:
        """Refuse no choice: neither kind is made by an oversight."""
        if not self.cleaned_data["kind"]:
            raise forms.ValidationError(gettext("Choose which kind of key it is."), code="none")
        return str(self.cleaned_data["kind"])

    def wanted(self, site: str) -> Wanted:
        """Return the key that was described."""
        given = self.cleaned_data
        day = given["until"]
        midnight = None if day is None else datetime.combine(day, datetime.min.time(), UTC)
        return Wanted(
            site=site,
            kind=cast("Kind", given["kind"]),
            label=given["label"],
            scopes=frozenset(cast("list[Scope]", given["scopes"])),
            origins=(*given["origins"], *given["more"].split()),
            per_minute=given["per_minute"] or 0,
            test=given["test"],
            until=None if midnight is None else midnight + timedelta(days=1),
        )


class RotateForm(SiteForm):
    """When the old key ends."""

    purpose = "staff-access"
    collects: ClassVar = {"overlap": SETTING, "seen": SETTING}

    overlap = forms.ChoiceField(
        label=_("The old one ends"),
        required=False,
        choices=[
            (int(one.total_seconds()), name)
            for one, name in zip(OVERLAPS, OVERLAP_NAMES, strict=True)
        ],
        initial=int(OVERLAPS[2].total_seconds()),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, key: Key, newest: str, sent: QueryDict | None = None) -> None:
        super().__init__(sent, initial={"seen": newest})
        self.wants_proof = wants_proof(key.kind, test=key.test)

    @property
    def span(self) -> timedelta:
        """How long the old one works on; what is no choice is refused by the verb."""
        told = str(self.cleaned_data["overlap"])
        return timedelta(seconds=int(told)) if told else timedelta(seconds=-1)
