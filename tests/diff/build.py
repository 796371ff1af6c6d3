"""A small policy that has one entry in every table, and the ways to change it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from troth.policy.change import Change
from troth.policy.diff import diff
from troth.policy.document import Line, Statement, Version
from troth.policy.register import (
    Binding,
    Category,
    Cites,
    Contact,
    Controller,
    Cookie,
    Event,
    Field,
    Measure,
    Notice,
    Obligation,
    Option,
    Partner,
    Processor,
    Purpose,
    Recipient,
    Region,
    Register,
    Retention,
    Right,
    Service,
    Site,
    Source,
)
from troth.policy.words import LANGS, StatementId, Text, VersionHash

S = StatementId("data")


def text(en: str, zh: str = "同样的话") -> Text:
    return Text(zh=zh, en=en)


def statement(name: str, en: str, zh: str, **given: Any) -> Statement:
    kind = given.pop("kind", "promise")
    return Statement(StatementId(name), kind, Text(zh=zh, en=en), **({"section": "top"} | given))


SENTENCES = (
    statement("top", "Your data", "您的数据", kind="heading", section=""),
    statement(
        "data",
        "We may collect the address that you give us, for 30 days at most.",
        "我们可以收集您提供的地址，最多30天。",
        kind="practice",
    ),
    statement("never", "We will not sell your data.", "我们不会出售您的数据。"),
    statement(
        "ask",
        "You can ask for a copy, see [the page](https://example.com/me).",
        "您可以索取副本，请见[页面](https://example.com/me)。",
        kind="right",
    ),
    statement(
        "words",
        "Data refers to information about a person in an account.",
        "数据是指账户中与个人有关的信息。",
        kind="definition",
    ),
    statement("visit", "Please visit this page regularly.", "请您定期浏览本页面。", kind="advice"),
)


def register() -> Register:
    """Return a register with one entry in each table."""
    return Register(
        controller=Controller(
            statement=S,
            name=text("Example Ltd", "示例公司"),
            country="CN",
            address=text("1 Example Road", "示例路1号"),
            ownership=text("Owned by its founders", "由创始人拥有"),
            organisation=text("One company", "一家公司"),
            minimum_age=16,
        ),
        contact=Contact(
            statement=S,
            email="privacy@example.com",
            department=text("Privacy office", "隐私办公室"),
            complaint=text("Write to the office", "写信给办公室"),
            phone="000",
            address=text("2 Example Road", "示例路2号"),
            complaint_url="https://example.com/complain",
        ),
        notice=Notice(statement=S, channels=("page", "mail")),
        **_places(),
        **_purposes_and_data(),
        **_others(),
        visitor_secret_days=365,
        statement={"never": Binding(kind="promise", kept_by=("sales.none",), closes=("purpose",))},
        cites=Cites(**dict.fromkeys(Cites.__struct_fields__, S)),
    )


def _places() -> dict[str, Any]:
    return {
        "region": {
            "cn": Region(statement=S, label=text("China"), mode="opt-in", places=("CN", "HK")),
            "us": Region(statement=S, label=text("States"), mode="opt-out", places=("US",)),
        },
        "site": {
            "web": Site(
                statement=S,
                label=text("Web"),
                origins=("https://example.com", "https://www.example.com"),
                service="shop",
            )
        },
        "service": {"shop": Service(statement=S, label=text("Shop"))},
        "option": {
            "theme": Option(
                statement=S,
                label=text("Theme"),
                values=("light", "dark"),
                default="light",
                cookie="visitor",
            )
        },
    }


def _purposes_and_data() -> dict[str, Any]:
    return {
        "purpose": {
            "counting": Purpose(
                statement=S,
                label=text("Counting"),
                basis="consent",
                consent="consent",
                withdraw=text("On the cookie page", "在 Cookie 页面"),
                dpv=("dpv:Analytics",),
                fideslang=("analytics",),
            ),
            "running": Purpose(statement=S, label=text("Running"), basis="contract"),
        },
        "category": {
            "visits": Category(
                statement=S,
                label=text("Visits"),
                data_class="linkable",
                fields={
                    "page": Field(
                        label=text("Page"),
                        kind="choice",
                        without=text("No statistics"),
                        data_class="linkable",
                    ),
                    "time": Field(label=text("Time"), kind="date"),
                },
                purposes=("counting",),
                sources=("direct",),
                retention="visits",
                combinations=(("page", "time"),),
                dpv=("dpv:Usage",),
                fideslang=("user.behavior",),
            )
        },
        "event": {
            "opened": Event(
                statement=S,
                label=text("Opened"),
                category="visits",
                purpose="counting",
                attributes=("page",),
                clients=("browser",),
            )
        },
        "cookie": {
            "visitor": Cookie(
                statement=S,
                label=text("Visitor"),
                names=("visitor",),
                cookie_class="statistics",
                purposes=("counting",),
                lifetime_days=30,
                provider=text("Example Ltd", "示例公司"),
                grammar="[0-9]{8}",
                holds=("visits.page",),
            )
        },
        "source": {
            "direct": Source(
                statement=S,
                label=text("Given by you"),
                kind="direct",
                permissions={"CN": text("By contract")},
                licence=text("Own"),
                review=date(2026, 1, 1),
            )
        },
    }


def _others() -> dict[str, Any]:
    return {
        "partner": {
            "shop": Partner(
                statement=S,
                label=text("Partner Ltd"),
                reading="embedded",
                feature=text("Promotion"),
                identifier=text("Period number"),
                destination="partner.example.com",
                purpose="counting",
                rotation_days=30,
                countries=("CN",),
            )
        },
        "recipient": {
            "post": Recipient(
                statement=S,
                label=text("Post Ltd"),
                ground="consent",
                categories=("visits",),
                purposes=("counting",),
                countries=("CN",),
                why_not_main=text("Nothing personal"),
            )
        },
        "processor": {
            "host": Processor(
                statement=S,
                label=text("Host Ltd"),
                categories=("visits",),
                purposes=("counting",),
                countries=("CN",),
                contract=text("Standard contract"),
            )
        },
        "right": {
            "copy": Right(
                statement=S,
                label=text("Copy"),
                channel=text("On your page", "在您的页面"),
                address="/me",
                days=15,
            )
        },
        "measure": {
            "backup": Measure(statement=S, label=text("Backup"), threats=("loss", "disclosure"))
        },
        "retention": {
            "visits": Retention(
                statement=S, label=text("Visits"), start=text("The visit"), days=30
            ),
            "longer": Retention(
                statement=S, label=text("Longer"), start=text("The visit"), days=60
            ),
        },
        "obligation": {
            "law": Obligation(
                statement=S,
                label=text("The law"),
                law=text("Article one of the example act"),
                kept_by=("law.kept",),
                document="law.pdf",
                expires=date(2027, 1, 1),
            )
        },
    }


def version(
    sentences: tuple[Statement, ...] = SENTENCES, register_: Register | None = None
) -> Version:
    """Return a version of these sentences, one a line, under a hash that says nothing."""
    lines = {
        lang: tuple(
            Line(
                s.id,
                "heading" if s.kind == "heading" else "sentence",
                s.text[lang],
                level=1 if s.kind == "heading" else 0,
                at=i + 1,
            )
            for i, s in enumerate(sentences)
        )
        for lang in LANGS
    }
    return Version(VersionHash("0" * 64), sentences, register_ or register(), lines, sources={})


def put(register_: Register, path: str, value: Any) -> Register:
    """Return the register with the value at a path put in place; None takes an entry away."""
    names = {"retention.visitor_secret_days": "visitor_secret_days"}
    path = names.get(path, path).replace("binding.", "statement.", 1)
    changed: Register = _put(register_, path.split("."), value)
    return changed


def _put(holder: Any, keys: list[str], value: Any) -> Any:
    key, *rest = keys
    if isinstance(holder, Mapping):
        items = dict(holder)
        if rest:
            items[key] = _put(items[key], rest, value)
        elif value is None:
            del items[key]
        else:
            items[key] = value
        return items
    name = {"class": "cookie_class" if hasattr(holder, "cookie_class") else "data_class"}.get(
        key, key
    )
    new = _put(getattr(holder, name), rest, value) if rest else value
    return msgspec.structs.replace(holder, **{name: new})


def get(register_: Register, path: str) -> Any:
    """Return what stands at a path; None where nothing stands."""
    holder: Any = register_
    for key in path.replace("binding.", "statement.", 1).split("."):
        if isinstance(holder, Mapping):
            holder = holder.get(key)
        else:
            name = "cookie_class" if hasattr(holder, "cookie_class") else "data_class"
            holder = getattr(holder, name if key == "class" else key)
    return holder


def reworded(name: str, en: str | None = None, zh: str | None = None, **given: Any) -> Version:
    """Return the version with one sentence in other words (or another kind, section …)."""

    def change(s: Statement) -> Statement:
        if s.id != name:
            return s
        words = Text(zh=zh if zh is not None else s.text.zh, en=en if en is not None else s.text.en)
        return msgspec.structs.replace(s, text=words, **given)

    return version(tuple(map(change, SENTENCES)))


def only(changes: tuple[Change, ...]) -> Change:
    """Return the one change there is."""
    assert len(changes) == 1, [(c.path, c.what) for c in changes]
    return changes[0]


def between(old: Version, new: Version) -> Change:
    """Return the one change between two versions."""
    return only(diff(old, new))
