"""What the ledger tells of the tables of access: the rows there must be, entry by entry.

Entries are read in the order in which they were recorded; each makes rows or changes what earlier
ones made. What an entry of an older release does not tell is not claimed, and so not compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import F
from msgspec import Struct

from troth.access.tables import (
    APPROVAL,
    CASE,
    CHUNK,
    FREEZE,
    GRANT,
    MEMBER,
    PROCEDURE,
    RESPONSIBLE,
    REVIEW,
    ROLE,
    SETTING,
    SIGNATURE,
    TEXT,
    WORK,
    Key,
    Row,
    Table,
)
from troth.ledger.models import Entry

Claim = dict[str, Any]
"""What a row must hold, by what entries call its columns."""


class Said(Struct, frozen=True):
    """What an entry says of itself."""

    at: datetime
    actor: str
    about: Mapping[str, Any]


_DECODER: Final = msgspec.json.Decoder(Said)
_UNTOLD: Final = object()
"""What an entry of an older release leaves out."""


def entries(alias: str, kinds: tuple[str, ...]) -> Iterator[tuple[UUID, str, bytes]]:
    """Return the entries of some kinds in the order of the tree, then those with no place yet.

    A clock that was put back is no matter so: ids are in the order of the clock.
    """
    placed = F("epoch").asc(nulls_last=True), F("index").asc(nulls_last=True)
    found = Entry.objects.using(alias).filter(kind__in=kinds).order_by(*placed, "id")
    for entry, kind, body in found.values_list("id", "kind", "body").iterator(CHUNK):
        yield entry, kind, bytes(body)


def roles_once(alias: str) -> frozenset[str]:
    """Return the roles that somebody held at some time."""
    found: set[str] = set()
    for _, kind, body in entries(alias, ("access.member-made", "access.roles-set")):
        about = _DECODER.decode(body).about
        found |= set(about["given"] if kind == "access.roles-set" else _roles_made(about))
    return frozenset(found)


class Told:
    """Rows as entries tell of them: by table and key; of cases and grants, whom they name.

    `wrong` names the entries that tell of nothing that could be.
    """

    def __init__(self, alias: str, rows: Mapping[str, Mapping[Key, Row]]) -> None:
        self._rows = rows
        self._of_pk = {
            table.name: {row.pk: key for key, row in rows.get(table.name, {}).items()}
            for table in (GRANT, CASE)
        }
        self._frozen: dict[str, Claim] = {}
        self._held: dict[tuple[str, str], Claim] = {}
        self._works: dict[int, dict[str, Claim]] = {}
        self._members: dict[str, Claim] = {}
        self._yes: Counter[int] = Counter()
        self.claims: dict[str, dict[Key, Claim]] = {}
        self.persons: dict[Key, frozenset[str]] = {}
        self.wrong: list[str] = []
        kinds = _OF_ACCESS if MEMBER.name in rows else _OF_ORGANISATION
        for entry, kind, body in entries(alias, tuple(kinds)):
            try:
                kinds[kind](self, entry, _DECODER.decode(body))
            except (LookupError, TypeError, ValueError, msgspec.DecodeError):
                self.wrong.append(f"entry {entry}: tells of no row there could be")

    def _make(self, table: Table, entry: UUID, claim: Claim) -> Claim:
        """Claim a row that an entry makes."""
        made = {name: value for name, value in claim.items() if value is not _UNTOLD}
        self.claims.setdefault(table.name, {})[entry, made.get(table.apart, "")] = made
        return made

    def _named(self, table: Table, name: str) -> tuple[Claim, Row] | None:
        """Return what is claimed of a grant or case that an entry names, and its row."""
        key = self._of_pk[table.name].get(_number(name))
        claim = None if key is None else self.claims.get(table.name, {}).get(key)
        return None if key is None or claim is None else (claim, self._rows[table.name][key])

    def member_made(self, entry: UUID, said: Said) -> None:
        """Tell of a member and what she was first."""
        member = said.about["member"]
        claim = {"member": member, "since": said.at, "left": None}
        self._members[member] = self._make(MEMBER, entry, claim)
        for role in _roles_made(said.about):
            self._hold(entry, member, role, said.at)

    def _hold(self, entry: UUID, member: str, role: str, at: datetime) -> None:
        claim = {"member": member, "role": role, "since": at, "until": None}
        self._held[member, role] = self._make(ROLE, entry, claim)

    def roles_set(self, entry: UUID, said: Said) -> None:
        """Tell of roles given and taken."""
        member = said.about["member"]
        for role in said.about["taken"]:
            self._held.pop((member, role))["until"] = said.at
        for role in said.about["given"]:
            self._hold(entry, member, role, said.at)

    def member_left(self, _entry: UUID, said: Said) -> None:
        """Tell that a member left, and with her what she was and worked on."""
        member = said.about["member"]
        self._members[member]["left"] = said.at
        for held in [key for key in self._held if key[0] == member]:
            self._held.pop(held)["until"] = said.at
        for working in self._works.values():
            if member in working:
                working.pop(member)["until"] = said.at

    def frozen(self, entry: UUID, said: Said) -> None:
        """Tell of a freeze."""
        member = said.about["member"]
        claim = {"member": member, "since": said.at, "lifted": None}
        self._frozen[member] = self._make(FREEZE, entry, claim)

    def unfrozen(self, _entry: UUID, said: Said) -> None:
        """Tell that it was lifted."""
        self._frozen.pop(said.about["member"])["lifted"] = said.at

    def reviewed(self, entry: UUID, said: Said) -> None:
        """Tell of a review of a member."""
        self._make(REVIEW, entry, {"member": said.about["member"], "at": said.at})

    def text_published(self, entry: UUID, said: Said) -> None:
        """Tell of a text of the undertaking."""
        claim = {"text": said.about["text"], "hash": said.about["hash"], "since": said.at}
        self._make(TEXT, entry, claim)

    def signed(self, entry: UUID, said: Said) -> None:
        """Tell of a signature."""
        claim = {name: _of(said, name) for name in ("member", "text", "seal")}
        until = _moment(_of(said, "until"))
        self._make(SIGNATURE, entry, claim | {"at": said.at, "until": until})

    def grant_asked(self, entry: UUID, said: Said) -> None:
        """Tell of a request, and whom it names."""
        names = ("member", "kind", "category", "purpose", "scope", "life_s", "needed")
        claim = {name: _of(said, name) for name in names}
        case, persons = _of(said, "case"), _of(said, "persons")
        claim["case"] = _number(case) if isinstance(case, str) else case
        claim |= {"asked": said.at, "lapses": _moment(_of(said, "lapses"))}
        claim |= {"decided": None, "approved": None, "until": None, "ended": None}
        self._make(GRANT, entry, claim)
        if isinstance(persons, list):
            self.persons[entry, ""] = frozenset(persons)

    def grant_decided(self, entry: UUID, said: Said) -> None:
        """Tell what another said, and what follows from it."""
        grant, yes = said.about["grant"], said.about["yes"]
        claim = {"grant": _number(grant), "member": said.actor, "yes": yes, "at": said.at}
        self._make(APPROVAL, entry, claim)
        found = self._named(GRANT, grant)
        if found is None:
            return
        self._yes[found[1].pk] += yes
        enough = self._yes[found[1].pk] >= found[0].get("needed", found[1].holds["needed"])
        # an earlier yes counts no more if its member has lost her right since: the entry tells
        gave = said.about["until"] is not None if "until" in said.about else enough
        if not yes or gave:
            self._settle(found, said.at, yes=yes)

    def _settle(self, found: tuple[Claim, Row] | None, at: datetime, *, yes: bool) -> None:
        if found is None:
            return
        claim, row = found
        life = timedelta(seconds=claim.get("life_s", row.holds["life_s"]))
        claim |= {"decided": at, "approved": yes, "until": at + life if yes else None}

    def glass_broken(self, _entry: UUID, said: Said) -> None:
        """Tell of a grant that nobody gave."""
        self._settle(self._named(GRANT, said.about["grant"]), said.at, yes=True)

    def grants_ended(self, _entry: UUID, said: Said) -> None:
        """Tell which grants were ended; an older entry tells how many."""
        names = [said.about["grant"]] if "grant" in said.about else said.about.get("grants")
        for name in names if isinstance(names, list) else self._ended_at(said.at):
            found = self._named(GRANT, name)
            if found is not None and found[0]["ended"] is None:
                found[0]["ended"] = said.at

    def _ended_at(self, at: datetime) -> list[str]:
        rows = self._rows[GRANT.name].values()
        return [f"grant-{row.pk}" for row in rows if row.holds["ended"] == at]

    def case_opened(self, entry: UUID, said: Said) -> None:
        """Tell of a case, and whom it is about."""
        claim = {"kind": said.about["kind"], "opener": said.about["opener"]}
        self._make(CASE, entry, claim | {"opened": said.at, "closed": None})
        persons = said.about["persons"]
        if isinstance(persons, list):
            self.persons[entry, ""] = frozenset(persons)

    def case_given(self, entry: UUID, said: Said) -> None:
        """Tell who works on a case, given by whom."""
        case, member = _number(said.about["case"]), said.about["member"]
        claim = {"case": case, "member": member, "since": said.at, "until": None}
        claim["giver"] = said.about["giver"]
        self._works.setdefault(case, {})[member] = self._make(WORK, entry, claim)

    def case_left(self, _entry: UUID, said: Said) -> None:
        """Tell that she does no more."""
        working = self._works[_number(said.about["case"])]
        working.pop(said.about["member"])["until"] = said.at

    def case_closed(self, entry: UUID, said: Said) -> None:
        """Tell that a case was closed, and with it all that rested on it."""
        number = _number(said.about["case"])
        found = self._named(CASE, said.about["case"])
        if found is not None:
            found[0]["closed"] = said.at
        for claim in self._works.pop(number, {}).values():
            claim["until"] = said.at
        self.grants_ended(entry, said)

    def setting_set(self, entry: UUID, said: Said) -> None:
        """Tell what was set."""
        claim = {"setting": said.about["setting"], "value": said.about["value"], "at": said.at}
        self._make(SETTING, entry, claim)

    def procedure_written(self, entry: UUID, said: Said) -> None:
        """Tell of a version of a procedure."""
        claim = {name: _of(said, name) for name in ("procedure", "number", "hash", "retired")}
        due = _moment(_of(said, "due"))
        self._make(PROCEDURE, entry, claim | {"since": said.at, "due": due})

    def responsible_named(self, entry: UUID, said: Said) -> None:
        """Tell who was named; her name is published on purpose."""
        claim = {name: _of(said, name) for name in ("zh", "en", "reach")}
        self._make(RESPONSIBLE, entry, claim | {"since": said.at})


_Tells = Callable[[Told, UUID, Said], None]
_OF_ACCESS: Final[Mapping[str, _Tells]] = {
    "access.member-made": Told.member_made,
    "access.roles-set": Told.roles_set,
    "access.member-left": Told.member_left,
    "access.member-frozen": Told.frozen,
    "access.member-unfrozen": Told.unfrozen,
    "access.member-reviewed": Told.reviewed,
    "access.undertaking-published": Told.text_published,
    "access.undertaking-signed": Told.signed,
    "access.grant-asked": Told.grant_asked,
    "access.grant-decided": Told.grant_decided,
    "access.glass-broken": Told.glass_broken,
    "access.glass-reviewed": Told.grants_ended,
    "access.grant-ended": Told.grants_ended,
    "access.grants-ended": Told.grants_ended,
    "access.requests-lapsed": Told.grants_ended,
    "access.case-opened": Told.case_opened,
    "access.case-given": Told.case_given,
    "access.case-left": Told.case_left,
    "access.case-closed": Told.case_closed,
    "access.setting-set": Told.setting_set,
}
_OF_ORGANISATION: Final[Mapping[str, _Tells]] = {
    "access.procedure-written": Told.procedure_written,
    "access.responsible-named": Told.responsible_named,
}


def _roles_made(about: Mapping[str, Any]) -> list[str]:
    roles: list[str] = about["roles"] if "roles" in about else [about["role"]]
    return roles


def _of(said: Said, name: str) -> Any:
    return said.about.get(name, _UNTOLD)


def _moment(told: Any) -> Any:
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def _number(name: str) -> int:
    """Return the number in the name of a grant or case."""
    return int(name.rpartition("-")[2])
