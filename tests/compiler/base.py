"""A tiny valid policy, and the patches that examples and tests put on it."""

import re
from collections.abc import Mapping
from typing import Final

from troth.policy.check import check
from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.read import read
from troth.policy.surface import Surface

CONTROLS: Final = frozenset({"example.control", "example.other"})

EN: Final = """\
# Privacy policy {#title}

Personal data is what can identify you. {#data}
We use your name to run your account. {#account}
We disclose nothing. {#disclosure}
We show each change 30 days before it counts. {#change}
"""
ZH: Final = """\
# 隐私政策 {#title}

个人数据是指能识别您的信息。 {#data}
我们用您的姓名来运行您的账户。 {#account}
我们不披露任何内容。 {#disclosure}
我们在每次更改生效前 30 天予以展示。 {#change}
"""
REGISTER: Final = """\
[controller]
statement = "change"
name = { zh = "示例公司", en = "Example Company" }
country = "CN"

[contact]
statement = "change"
department = { zh = "隐私部", en = "Privacy department" }
email = "privacy@example.com"
complaint = { zh = "写信给我们", en = "Write to us" }

[notice]
statement = "change"

[purpose.account]
statement = "account"
label = { zh = "账户", en = "Account" }
basis = "contract"

[category.account]
statement = "data"
label = { zh = "账户", en = "Account" }
class = "personal"
purposes = ["account"]
sources = ["direct"]
retention = "account"

[category.account.fields]
name = { label = { zh = "姓名", en = "Name" }, without = { zh = "无姓名", en = "No name" } }

[source.direct]
statement = "data"
label = { zh = "您提供", en = "Given by you" }
kind = "direct"

[recipient]

[right.access]
statement = "data"
label = { zh = "查阅", en = "Access" }
channel = { zh = "写信", en = "Write" }
address = "privacy@example.com"
days = 15

[retention.account]
statement = "account"
label = { zh = "一年", en = "One year" }
start = { zh = "注销之后", en = "after closing" }
days = 365

[statement.data]
kind = "definition"
kept_by = ["example.control"]

[statement.account]
kind = "practice"
kept_by = ["example.control"]

[statement.disclosure]
kind = "promise"
kept_by = ["example.control"]

[statement.change]
kind = "promise"
kept_by = ["example.control"]

[cites]
collect = "data"
use = "account"
set_cookie = "account"
read_cookie = "account"
release = "disclosure"
view = "account"
take_effect = "change"
"""

_ID: Final = re.compile(r"\{#([^{}]*)\}\s*$")
_HEADER: Final = re.compile(r"^\[[^\[\]]+\]\s*(?:#.*)?$")


def folder(**patches: str) -> dict[str, bytes]:
    """Return the base with patches by language or `toml`: `folder(en="…", toml="[notice]…")`."""
    return {
        "en.md": patch_text(EN, patches.get("en", "")).encode(),
        "zh.md": patch_text(ZH, patches.get("zh", "")).encode(),
        "policy.toml": patch_toml(REGISTER, patches.get("toml", "")).encode(),
    }


def patch_text(text: str, patch: str) -> str:
    """Put each line of the patch in place of the first line with its id, else at the end."""
    lines = text.splitlines()
    places: dict[str, int] = {}
    for at, line in enumerate(lines):
        if found := _ID.search(line):
            places.setdefault(found[1], at)
    for line in patch.splitlines():
        found = _ID.search(line)
        if found and found[1] in places:
            lines[places.pop(found[1])] = line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def patch_toml(text: str, patch: str) -> str:
    """Put each table of the patch in place of the one of that name, else at the end."""
    tables = _tables(text)
    added = []
    for name, table in _tables(patch).items():
        if name in tables:
            tables[name] = table
        else:
            added.append(table)
    return "\n".join(filter(None, [*tables.values(), *added])) + "\n"


def without_table(text: str, name: str) -> str:
    """Strike a table and its sub-tables."""
    kept = {h: t for h, t in _tables(text).items() if not re.match(rf"\[{name}[.\]]", h)}
    return "\n".join(kept.values()) + "\n"


def _tables(text: str) -> dict[str, str]:
    tables: dict[str, list[str]] = {"": []}
    header = ""
    for line in text.splitlines():
        if _HEADER.match(line):
            header = line.partition("#")[0].strip()
            while header in tables:  # a doubled table in an example stays doubled
                header += " "
        tables.setdefault(header, []).append(line)
    return {header: "\n".join(lines) for header, lines in tables.items()}


def findings(files: Mapping[str, bytes], surface: Surface | None = None) -> tuple[Diagnostic, ...]:
    """Return what the compiler says, be it readable or not."""
    try:
        return check(read(files), CONTROLS, surface)
    except UnreadablePolicyError as error:
        return error.diagnostics


def codes(files: Mapping[str, bytes], surface: Surface | None = None) -> list[str]:
    """Return the codes of what the compiler says, sorted, each once."""
    return sorted({d.code for d in findings(files, surface)})
