"""Choices of before Troth come in with the moment they were made and the words they were asked by.

What somebody has said later, here or there, stays: so a file may be imported again.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from troth import vault
from troth.consent.bringing import add_wording, bring
from troth.consent.errors import ChoiceError
from troth.consent.history import FIELD
from troth.consent.models import Wording as Recorded
from troth.consent.saying import UNDER, Seen
from troth.consent.wording import kind_of
from troth.intake.consents import Told, Wording, columns_faults, told
from troth.intake.faults import Fault
from troth.intake.importing import Done, Parse
from troth.intake.tables import Form, Table
from troth.people.subjects import find_subjects, make_subjects
from troth.people.values import RefusedError, demand, demand_rules
from troth.policy.words import Lang, Message, mark
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts as versions

CHOICES_AT_ONCE: Final = 200
TAKEN: Final = "taken"
UNCHANGED: Final = "unchanged"
"""What is counted: choices taken in, and choices that change nothing of what stands."""
SURFACE: Final = "import"
HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class ConsentImport:
    """The job of a file of choices; `wordings` are texts by the names the file has for them."""

    def __init__(self, form: Form, wordings: Mapping[str, Wording], *, new: bool = False) -> None:
        self.form, self.wordings, self.new = form, wordings, new
        self.at_once = CHOICES_AT_ONCE

    def begin(self, tx: Tx, table: Table) -> Parse[Told] | list[Fault]:
        """See that the columns are those, and choices may be kept. Raises NoPolicyError."""
        try:
            demand(tx, {FIELD: ""}, UNDER)
        except RefusedError as error:
            said = error.decision
            return [Fault(1, "", said.reason.code, said.reason.message, said.statement)]
        faults = columns_faults(table) if self.form == "csv" else []
        return faults or told

    def said(self, wanted: Told) -> Sequence[tuple[str, ...]]:
        """Return who said something about what, and when: once in a file."""
        return [(wanted.subject, wanted.about, wanted.at.isoformat())]

    def weigh(self, tx: Tx, batch: Sequence[Told]) -> Done:
        """Tell what would become of rows; who is not known yet has said nothing before."""
        known = find_subjects(tx, (one.subject for one in batch))
        faults = self._faults(tx, batch, known)
        done = self._bring(tx, batch, known, faults)
        fit = [one.subject for one in batch if one.line not in faults and one.subject not in known]
        return Done({**done.counts, TAKEN: done.counts[TAKEN] + len(fit)}, {*fit}, done.faults)

    def take(self, tx: Tx, batch: Sequence[Told]) -> Done:
        """Take rows in, but for those that can't be."""
        known = find_subjects(tx, (one.subject for one in batch))
        faults = self._faults(tx, batch, known)
        fit = {one.subject for one in batch if one.line not in faults}
        made = make_subjects(tx, fit - known.keys())
        done = self._bring(tx, batch, {**known, **made}, faults)
        return Done(done.counts, made, done.faults)

    def _bring(
        self,
        tx: Tx,
        batch: Sequence[Told],
        known: Mapping[str, PersonId],
        faults: Mapping[int, Fault],
    ) -> Done:
        """Bring what is no fault, of those who are known."""
        vault.read_keys(tx, known.values())
        texts: dict[tuple[str, str], str] = {}
        counts, bad = {TAKEN: 0, UNCHANGED: 0}, []
        for one in batch:
            found: bool | Fault | None = faults.get(one.line)
            if found is None and one.subject in known:
                found = self._brought(tx, one, known[one.subject], texts)
            if isinstance(found, Fault):
                bad.append((found, one.raw))
            elif found is not None:
                counts[TAKEN if found else UNCHANGED] += 1
        return Done(counts, faults=bad)

    def _brought(
        self, tx: Tx, one: Told, subject: PersonId, texts: dict[tuple[str, str], str]
    ) -> bool | Fault:
        """Bring one choice; tell whether it changes anything. Texts are recorded once a batch."""
        wording, text = self.wordings.get(one.wording), one.wording
        if not one.given or wording is None:
            text = one.wording if one.given else ""
        elif (one.about, one.wording) in texts:
            text = texts[one.about, one.wording]
        else:
            text = add_wording(tx, one.about, wording.lang, wording.text)
            texts[one.about, one.wording] = text
        lang = cast("Lang", "" if wording is None else wording.lang)  # of before Troth: any
        seen = Seen("", lang, SURFACE, {})
        try:
            return bool(bring(tx, subject, one.about, one.given, one.at, text, seen).changed)
        except ChoiceError as error:
            return Fault(one.line, "", "choice-refused", error.message, error.statement)

    def _faults(
        self, tx: Tx, batch: Sequence[Told], known: Mapping[str, PersonId]
    ) -> dict[int, Fault]:
        """Return by line what can't be brought."""
        register = versions.document(tx.alias, demand_rules(tx).version).register
        faults = {}
        for one in batch:
            fault = None
            if one.subject not in known and not self.new:
                fault = Fault(one.line, "subject", "subject-unknown", _UNKNOWN)
            elif kind_of(register, one.about) is None:
                fault = Fault(one.line, "about", "about-unknown", _NOT_ASKED)
            elif one.at > tx.now:
                fault = Fault(one.line, "at", "at-later", _LATER)
            elif one.given and not self._is_worded(tx, one):
                fault = Fault(one.line, "wording", "wording-unknown", _NO_WORDING)
            if fault is not None:
                faults[one.line] = fault
        return faults

    def _is_worded(self, tx: Tx, one: Told) -> bool:
        """Tell whether a yes names a text given here, or the hash of one recorded before."""
        if one.wording in self.wordings:
            return True
        if HASH.fullmatch(one.wording) is None:
            return False
        rows = Recorded.objects.using(tx.alias)
        return rows.filter(about=one.about, hash=one.wording).exists()


_UNKNOWN: Final = Message(
    mark("Nobody is known by this subject: import her first, or make who is unknown with --new.")
)
_NOT_ASKED: Final = Message(mark("The policy in force asks for no yes to this."))
_LATER: Final = Message(mark("This is later than now."))
_NO_WORDING: Final = Message(
    mark(
        "A yes needs the words it was asked by: name a text given by --wording NAME:LANGUAGE=FILE."
    )
)
