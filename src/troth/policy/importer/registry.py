"""`policy.toml`: a first one with places to fill, or the one that stands with new statements."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import tomlkit

from troth.policy.document import Version
from troth.policy.importer.pieces import Entry
from troth.policy.register import StatementKind
from troth.policy.words import StatementId

_HEAD: Final = """\
# The register: everything the text tells of, and everything it presupposes. Made by the import.
# What is not declared here may not be collected, used, set, read or released.
#
# Fill every {fill: ...}; look over each kind and each cited statement, they are proposals. Then
# declare purposes, categories, cookies and the rest, and run `troth policy check`.

[controller]
statement = "@controller@"
name = { zh = "{fill: 公司全称}", en = "{fill: full name of the company}" }
country = "{fill: two-letter country code}"

[contact]
statement = "@contact@"
department = { zh = "{fill: 负责部门}", en = "{fill: responsible department}" }
email = "{fill: privacy e-mail}"
complaint = { zh = "{fill: 投诉渠道}", en = "{fill: complaint channel}" }

[notice]
statement = "@take_effect@"
period_days = 30
drift_days = 14
channels = ["page"]

# The statement a refusal names when nothing more particular speaks of what was asked.
[cites]
collect = "@collect@"
use = "@use@"
set_cookie = "@set_cookie@"
read_cookie = "@read_cookie@"
release = "@release@"
view = "@view@"
take_effect = "@take_effect@"

# What each statement is: promise, practice, right, definition, advice or heading. Name the controls
# that keep it: kept_by = ["..."].
"""
# The words by which the statement for each place is found; the first that speaks of it is taken.
_SPEAKS: Final[Mapping[str, tuple[str, ...]]] = {
    "controller": (
        r"\bcontroller\b|控制者|处理者|运营者",
        r"\b(?:company|ownership)\b|公司|所有权",
    ),
    "contact": (r"\bcontact(?: us| information|ing)\b|联系我们|联系方式", r"\bcontact\b|联系"),
    "collect": (r"\bcollect|收集|\bobtain|获取",),
    "use": (r"\bpurposes?\b|目的|用途", r"\buse\b|使用"),
    "set_cookie": (
        r"\bcookies?\b.*(?:\bsen[dt]|\bset\b|\bstore|\bplace)|存储.*cookie|cookie.*发送",
        r"cookie",
    ),
    "read_cookie": (r"(?:purposes?\b.*cookie|cookie.*\bpurposes?\b|cookie.*目的)", r"cookie"),
    "release": (
        r"\bonly\b.*\b(?:disclose|share)|仅.*(?:披露|共享|分享)",
        r"\bdisclos|\bshar(?:e|ing)\b|披露|共享|分享",
    ),
    "view": (
        r"\b(?:personnel|staff|employees?)\b|\baccess\b.*(?:limit|restrict)|人员|员工",
        r"\bprotect|\bsecur|保护|安全",
    ),
    "take_effect": (
        r"\btakes? effect\b|生效",
        r"\b(?:changes?|updates?|revis\w+)\b|更新|修订|变更",
    ),
}


def register_file(
    entries: Sequence[Entry],
    ids: Sequence[StatementId],
    kinds: Sequence[StatementKind],
    previous: Version | None,
) -> str:
    """Return `policy.toml`: what stood in it stays, with its comments.

    New statements get a table; statements that are gone are marked as retired, so that their ids
    are never used again.
    """
    known = previous.register.statement if previous is not None else {}
    gone = _gone(ids, previous)
    text = _first(entries, ids, kinds) if previous is None else _edited(previous, ids, kinds, gone)
    tables = [
        _table(name, kind)
        for entry, name, kind in zip(entries, ids, kinds, strict=True)
        if name not in known and (kind != "heading" or entry.role == "row" or entry.leads)
    ]
    tables += [_table(name, "retired") for name in gone if name not in known]
    return "\n".join([text.rstrip("\n"), "", *tables]) if tables else text


def _table(name: StatementId, kind: StatementKind) -> str:
    return f'[statement."{name}"]\nkind = "{kind}"\n'


def _gone(ids: Sequence[StatementId], previous: Version | None) -> list[StatementId]:
    """Return the ids of the previous version that name nothing any more, in their order."""
    if previous is None:
        return []
    living = frozenset(ids)
    names = [s.id for s in previous.statements]
    names += [StatementId(name) for name in previous.register.statement]
    return [name for name in dict.fromkeys(names) if name not in living]


def _edited(
    previous: Version,
    ids: Sequence[StatementId],
    kinds: Sequence[StatementKind],
    gone: Sequence[StatementId],
) -> str:
    """Return the standing file with retired ids marked and returning ones at work again."""
    text = previous.sources["policy.toml"]
    known = previous.register.statement
    new = {name: "retired" for name in gone if name in known and known[name].kind != "retired"}
    new |= {
        name: kind
        for name, kind in zip(ids, kinds, strict=True)
        if name in known and known[name].kind == "retired"
    }
    if not new:
        return text
    document: Any = tomlkit.parse(text)
    for name, kind in new.items():
        binding = document["statement"][name]
        binding["kind"] = kind
        if kind == "retired":
            for key in ("kept_by", "closes", "reading"):
                binding.pop(key, None)
    return tomlkit.dumps(document)


def _first(
    entries: Sequence[Entry], ids: Sequence[StatementId], kinds: Sequence[StatementKind]
) -> str:
    """Return a register with places to fill, its statements proposed by what they speak of."""
    spoken = [
        (f"{entry.plain('en')} {entry.plain('zh')}", name)
        for entry, name, kind in zip(entries, ids, kinds, strict=True)
        if kind != "heading" and entry.zh is not None and entry.en is not None
    ]
    otherwise = spoken[0][1] if spoken else ids[0]
    found = {place: _speaker(spoken, patterns, otherwise) for place, patterns in _SPEAKS.items()}
    return re.sub(r"@(\w+)@", lambda place: found[place[1]], _HEAD)


def _speaker(
    spoken: Sequence[tuple[str, StatementId]], patterns: tuple[str, ...], otherwise: StatementId
) -> StatementId:
    for pattern in patterns:
        searched = re.compile(pattern, re.IGNORECASE)
        for text, name in spoken:
            if searched.search(text):
                return name
    return otherwise
