"""The table *What a change is*, each row in both directions."""

from datetime import date
from typing import Any, Final

import msgspec
import pytest

from tests.diff.build import between, get, put, register, text, version
from troth.policy.change import Demand, Kind
from troth.policy.diff.paths import patterns
from troth.policy.register import (
    Binding,
    Field,
)
from troth.policy.words import StatementId

ASK: Final = frozenset({"consent"})
ASK_APART: Final = frozenset({"separate_consent"})
NO: Final[frozenset[str]] = frozenset()
GONE: Final = None
OTHER_STATEMENT: Final = StatementId("never")
BASE: Final = register()


def like(path: str, **given: Any) -> Any:
    """Return the entry at a path with some fields changed, to be put under another name."""
    return msgspec.structs.replace(get(BASE, path), **given)


# path · the value put there · kinds · harmful: there, back · consent asked: there, back
Row = tuple[str, Any, str, bool, bool, frozenset[str], frozenset[str]]
MODEL: Final[tuple[Row, ...]] = (
    ("purpose.ads", like("purpose.counting"), "5.1", True, False, ASK, NO),
    ("purpose.ads", like("purpose.running"), "5.1", True, False, NO, NO),
    ("purpose.counting.basis", "legitimate-interest", "5.1", True, False, NO, ASK),
    ("purpose.running.basis", "public-task", "5.1", False, False, NO, NO),
    ("purpose.counting.consent", "separate", "5.1", False, True, ASK_APART, NO),
    ("purpose.counting.consent", "none", "5.1", True, False, NO, ASK),
    ("purpose.counting.dpv", ("dpv:Analytics", "dpv:Ads"), "5.1", True, False, ASK, NO),
    ("purpose.counting.fideslang", ("analytics", "ads"), "5.1", True, False, ASK, NO),
    ("category.clicks", like("category.visits"), "5.1", True, False, ASK, NO),
    ("category.visits.class", "personal", "5.1", True, False, ASK, NO),
    ("category.visits.fields.place", Field(label=text("Place")), "5.1", True, False, ASK, NO),
    ("category.visits.fields.page.kind", "text", "5.1", True, False, ASK, NO),
    ("category.visits.fields.page.required", True, "5.1", True, False, ASK, NO),
    ("category.visits.fields.page.without", text("No service"), "5.1", False, False, NO, NO),
    ("category.visits.fields.page.without", GONE, "5.1", True, False, NO, NO),
    ("category.visits.fields.page.max_length", 400, "5.1", True, False, ASK, NO),
    ("category.visits.fields.page.class", "personal", "5.1", True, False, ASK, NO),
    ("category.visits.fields.page.class", GONE, "5.1", False, False, NO, NO),
    ("category.visits.purposes", ("counting", "running"), "5.1", True, False, NO, NO),
    ("category.visits.purposes", (), "5.1", False, True, NO, ASK),
    ("category.visits.sources", ("direct", "usage"), "5.1", True, False, ASK, NO),
    ("category.visits.sensitive", True, "5.1", True, False, ASK | ASK_APART, NO),
    ("category.visits.combinations", (), "5.1", False, True, NO, ASK),
    ("category.visits.dpv", (), "5.1", False, True, NO, ASK),
    ("category.visits.fideslang", (), "5.1", False, True, NO, ASK),
    ("event.closed", like("event.opened"), "5.1", True, False, ASK, NO),
    ("event.opened.category", "clicks", "5.1", True, True, ASK, ASK),
    ("event.opened.purpose", "running", "5.1", True, True, NO, ASK),
    ("event.opened.attributes", ("page", "time"), "5.1", True, False, ASK, NO),
    ("event.opened.clients", ("browser", "device"), "5.1", True, False, ASK, NO),
    ("event.opened.schema", 2, "5.1", False, False, NO, NO),
    ("source.shops", like("source.direct", kind="commercial"), "5.1", True, False, NO, NO),
    ("source.direct.kind", "commercial", "5.1", True, False, ASK, NO),
    ("source.direct.permissions.DE", text("By licence"), "5.1", True, False, ASK, NO),
    ("source.direct.permissions.CN", text("By another"), "5.1", False, False, NO, NO),
    ("source.direct.licence", GONE, "5.1", True, False, NO, NO),
    ("source.direct.review", date(2028, 1, 1), "5.1", True, False, NO, NO),
    ("source.direct.review", GONE, "5.1", True, False, NO, NO),
    ("controller.minimum_age", 14, "5.1", True, False, NO, NO),
    ("controller.minimum_age", GONE, "5.1", True, False, NO, NO),
)
COOKIES: Final[tuple[Row, ...]] = (
    ("cookie.more", like("cookie.visitor"), "5.1", True, False, ASK, NO),
    ("cookie.visitor.names", ("visitor", "visitor-2"), "5.1", True, False, ASK, NO),
    ("cookie.visitor.names", ("visit*",), "5.1", True, False, ASK, NO),
    ("cookie.visitor.class", "necessary", "5.1", True, False, NO, ASK),
    ("cookie.visitor.class", "partner", "5.1", True, False, ASK, NO),
    ("cookie.visitor.class", "functional", "5.1", False, False, NO, NO),
    ("cookie.visitor.purposes", ("counting", "running"), "5.1", True, False, NO, NO),
    ("cookie.visitor.lifetime_days", 60, "5.1", True, False, ASK, NO),
    ("cookie.visitor.lifetime_days", 0, "5.1", False, True, NO, ASK),
    ("cookie.visitor.provider", text("Other Ltd", "别家"), "5.1", True, True, ASK, ASK),
    ("cookie.visitor.grammar", ".*", "5.1", True, True, ASK, ASK),
    ("cookie.visitor.holds", ("visits.page", "visits.time"), "5.1", True, False, ASK, NO),
    ("cookie.visitor.partner", "shop", "5.1 5.3", True, False, ASK | ASK_APART, NO),
)
CONTROL: Final[tuple[Row, ...]] = (
    ("controller", GONE, "5.2", True, False, NO, NO),
    ("controller.name", text("Buyer Ltd", "买方公司"), "5.2", True, True, NO, NO),
    ("controller.name", text("Example Ltd", "买方公司"), "5.2", True, True, NO, NO),
    ("controller.country", "SG", "5.2", True, True, NO, NO),
    ("controller.address", text("9 Example Road", "示例路9号"), "5.2", False, False, NO, NO),
    ("controller.ownership", text("Owned by a fund", "由基金拥有"), "5.2", False, False, NO, NO),
    ("controller.organisation", text("A group", "一个集团"), "5.2", False, False, NO, NO),
    ("controller.organisation", GONE, "5.2", False, False, NO, NO),
)
RECIPIENTS: Final[tuple[Row, ...]] = (
    ("partner.ads", like("partner.shop"), "5.3", True, False, ASK_APART, NO),
    ("partner.shop.label", text("Other Ltd"), "5.3", True, True, ASK_APART, ASK_APART),
    ("partner.shop.reading", "handed", "5.3", True, False, ASK_APART, NO),
    ("partner.shop.feature", text("Profiling"), "5.3", True, True, ASK_APART, ASK_APART),
    ("partner.shop.identifier", text("Device number"), "5.3", True, True, ASK_APART, ASK_APART),
    ("partner.shop.destination", "b.example.com", "5.3", True, True, ASK_APART, ASK_APART),
    ("partner.shop.purpose", "running", "5.3", True, True, NO, ASK_APART),
    ("partner.shop.rotation_days", 90, "5.3", True, False, ASK_APART, NO),
    ("partner.shop.countries", ("CN", "SG"), "5.3", True, False, ASK_APART, NO),
    ("recipient.bank", like("recipient.post"), "5.3", True, False, ASK_APART, NO),
    (
        "recipient.court",
        like("recipient.post", ground="law", countries=()),
        "5.3",
        True,
        False,
        NO,
        NO,
    ),
    (
        "recipient.public",
        like("recipient.post", ground="contract", public=True),
        "5.3",
        True,
        False,
        ASK_APART,
        NO,
    ),
    ("recipient.post.label", text("Rival Ltd"), "5.3", True, True, ASK_APART, ASK_APART),
    ("recipient.post.ground", "contract", "5.3", True, False, NO, ASK_APART),
    ("recipient.post.ground", "law", "5.3", True, True, NO, ASK_APART),
    ("recipient.post.categories", ("visits", "clicks"), "5.3", True, False, ASK_APART, NO),
    ("recipient.post.purposes", ("counting", "running"), "5.3", True, False, ASK_APART, NO),
    ("recipient.post.countries", ("CN", "SG"), "5.3", True, False, ASK_APART, NO),
    ("recipient.post.public", True, "5.3", True, False, ASK_APART, NO),
    ("recipient.post.main", False, "5.3", True, False, NO, NO),
    ("recipient.post.why_not_main", GONE, "5.3", True, False, NO, NO),
    ("processor.mail", like("processor.host"), "5.3", True, False, NO, NO),
    (
        "processor.mail",
        like("processor.host", countries=("SG",)),
        "5.3",
        True,
        False,
        ASK_APART,
        NO,
    ),
    ("processor.host.label", text("Other Host"), "5.3", True, True, NO, NO),
    ("processor.host.categories", ("visits", "clicks"), "5.3", True, False, NO, NO),
    ("processor.host.purposes", ("counting", "running"), "5.3", True, False, NO, NO),
    ("processor.host.countries", ("CN", "SG"), "5.3", True, False, ASK_APART, NO),
    ("processor.host.contract", GONE, "5.3", True, False, NO, NO),
)
RIGHTS: Final[tuple[Row, ...]] = (
    ("right.copy", GONE, "5.4", True, False, NO, NO),
    ("right.copy.label", text("Part of a copy", "部分副本"), "5.4", True, True, NO, NO),
    ("right.copy.label", text("Copy", "部分副本"), "5.4", True, True, NO, NO),
    ("right.copy.label", text("COPY."), "editorial", False, False, NO, NO),
    ("right.copy.channel", text("By letter", "写信"), "5.4", False, False, NO, NO),
    ("right.copy.channel", text("", ""), "5.4", True, False, NO, NO),
    ("right.copy.channel", text("Only on your page", "仅在您的页面"), "5.4", True, True, NO, NO),
    ("right.copy.address", "office@example.com", "5.4", True, False, NO, NO),
    ("right.copy.address", "https://example.com/me", "5.4", False, False, NO, NO),
    ("right.copy.days", 30, "5.4", True, False, NO, NO),
    ("purpose.counting.withdraw", GONE, "5.4", True, False, NO, NO),
)
CONTACT: Final[tuple[Row, ...]] = (
    ("contact", GONE, "5.5", True, False, NO, NO),
    ("contact.statement", OTHER_STATEMENT, "5.5", False, False, NO, NO),
    ("contact.email", "data@example.com", "5.5", False, False, NO, NO),
    ("contact.email", "", "5.5", True, False, NO, NO),
    ("contact.department", text("Privacy  office", "隐私办公室"), "5.5", False, False, NO, NO),
    ("contact.complaint", text("Write to the court", "写信给法院"), "5.5", False, False, NO, NO),
    ("contact.complaint", text("", ""), "5.5", True, False, NO, NO),
    ("contact.phone", GONE, "5.5", True, False, NO, NO),
    ("contact.address", GONE, "5.5", True, False, NO, NO),
    ("contact.complaint_url", GONE, "5.5", True, False, NO, NO),
)
PROTECTIONS: Final[tuple[Row, ...]] = (
    ("retention.visits", GONE, "other", True, False, NO, NO),
    ("retention.visits.days", 60, "other", True, False, NO, NO),
    ("retention.visits.days", GONE, "other", True, False, NO, NO),
    ("retention.visits.start", text("The last visit"), "other", True, True, NO, NO),
    ("retention.visitor_secret_days", 400, "other", True, False, NO, NO),
    ("category.visits.retention", "longer", "other", True, False, NO, NO),
    ("category.visits.never_leaves", True, "other", False, True, NO, NO),
    ("region.cn", GONE, "other", True, False, NO, NO),
    ("region.us", GONE, "other", False, True, NO, NO),
    ("region.cn.mode", "opt-out", "other", True, False, NO, NO),
    ("region.cn.places", ("CN",), "other", True, False, NO, NO),
    ("region.us.places", ("US", "DE"), "other", True, False, NO, NO),
    ("measure.backup", GONE, "other", True, False, NO, NO),
    ("measure.backup.threats", ("loss",), "other", True, False, NO, NO),
    ("notice", GONE, "other", True, False, NO, NO),
    ("notice.period_days", 10, "other", True, False, NO, NO),
    ("notice.drift_days", 30, "other", True, False, NO, NO),
    ("notice.channels", ("page",), "other", True, False, NO, NO),
    ("binding.never.kind", "advice", "other", True, False, NO, NO),
    ("binding.never.kept_by", (), "other", True, False, NO, NO),
    ("binding.never.closes", (), "other", True, False, NO, NO),
    ("binding.never.reading", text("Read strictly"), "other", False, True, NO, NO),
    ("binding.once", Binding(kind="retired"), "other", False, False, NO, NO),
)
SERVICES: Final[tuple[Row, ...]] = (
    ("option.theme", GONE, "other", True, False, NO, NO),
    ("option.theme.values", ("light",), "other", True, False, NO, NO),
    ("option.theme.default", "dark", "other", False, False, NO, NO),
    ("option.theme.cookie", "", "other", True, False, NO, NO),
    ("site.web", GONE, "other", True, False, NO, NO),
    ("site.web.origins", ("https://example.com",), "other", True, False, NO, NO),
    ("site.web.service", GONE, "other", True, False, NO, NO),
    ("site.web.joins_choices", True, "other", True, False, NO, NO),
    ("service.shop", GONE, "other", True, False, NO, NO),
    ("obligation.law", GONE, "other", True, False, NO, NO),
    ("obligation.law.law", text("Article two of the act"), "other", True, True, NO, NO),
    ("obligation.law.kept_by", (), "other", True, False, NO, NO),
    ("obligation.law.document", GONE, "other", True, False, NO, NO),
    ("obligation.law.expires", GONE, "other", True, False, NO, NO),
    ("cites", GONE, "other", True, False, NO, NO),
)
DESCRIBED: Final = (
    *("region.cn", "site.web", "service.shop", "purpose.counting", "category.visits"),
    *("event.opened", "cookie.visitor", "option.theme", "source.direct"),
    *("measure.backup", "retention.visits", "obligation.law"),
)
POINTERS: Final = (
    *("controller.statement", "notice.statement"),
    *(f"{path}.statement" for path in (*DESCRIBED, "right.copy")),
    *("partner.shop.statement", "recipient.post.statement", "processor.host.statement"),
    *(f"cites.{verb}" for verb in ("collect", "use", "set_cookie", "read_cookie", "release")),
    *("cites.view", "cites.take_effect"),
)
NAMES: Final[tuple[Row, ...]] = (
    *(
        (f"{path}.label", text("Quite other words"), "other", False, False, NO, NO)
        for path in DESCRIBED
    ),
    ("category.visits.fields.page.label", text("Address"), "other", False, False, NO, NO),
    *((path, OTHER_STATEMENT, "other", False, False, NO, NO) for path in POINTERS),
)
EDITORIAL: Final[tuple[Row, ...]] = (
    ("purpose.counting.label", text("counting."), "editorial", False, False, NO, NO),
    ("controller.name", text("Example Ltd.", "示例公司"), "editorial", False, False, NO, NO),
    ("recipient.post.label", text("Post  LTD"), "editorial", False, False, NO, NO),
    ("region.cn.places", ("HK", "CN"), "editorial", False, False, NO, NO),
    ("measure.backup.threats", ("disclosure", "loss"), "editorial", False, False, NO, NO),
)
ROWS: Final = (
    *(*MODEL, *COOKIES, *CONTROL, *RECIPIENTS, *RIGHTS),
    *(*CONTACT, *PROTECTIONS, *SERVICES, *NAMES, *EDITORIAL),
)


def notices(kinds: frozenset[Kind], *, harmful: bool) -> frozenset[str]:
    if kinds == {"editorial"}:
        return NO
    if kinds == {"other"} and not harmful:
        return frozenset({"notice"})
    return frozenset({"notice", "prominent"})


@pytest.mark.parametrize(
    ("path", "value", "kinds", "harms", "harms_back", "asks", "asks_back"),
    ROWS,
    ids=[f"{row[0]}-{i}" for i, row in enumerate(ROWS)],
)
def test_a_change_is_classed_by_its_row_there_and_back(
    *,
    path: str,
    value: Any,
    kinds: str,
    harms: bool,
    harms_back: bool,
    asks: frozenset[Demand],
    asks_back: frozenset[Demand],
) -> None:
    old, new = version(register_=BASE), version(register_=put(BASE, path, value))
    expected = frozenset(kinds.split())
    for a, b, harmful, asked in ((old, new, harms, asks), (new, old, harms_back, asks_back)):
        change = between(a, b)
        assert change.path == path
        assert change.kinds == expected
        assert change.harmful is harmful
        assert change.demands == notices(change.kinds, harmful=harmful) | asked
        assert change.why.render(str).startswith("Editorial: ") is (kinds == "editorial")
        assert path not in change.why.render(str)


def test_every_path_of_the_register_has_its_row() -> None:
    def pattern(path: str) -> str:
        parts = path.split(".")
        if (
            parts[0] in ("controller", "contact", "notice", "cites")
            or parts[1] == "visitor_secret_days"
        ):
            return path
        parts[1] = "*"
        if len(parts) > 3:  # category.*.fields.*, source.*.permissions.*
            parts[3] = "*"
        return ".".join(parts)

    marked = {"service.*.in_software_notice"}  # in test_demands: it changes what is demanded itself
    assert set(patterns()) - {pattern(row[0]) for row in ROWS} == marked


@pytest.mark.parametrize(
    ("old", "new", "harms", "asks"),
    [
        ("law", "contract", True, NO),
        ("contract", "law", False, NO),
        ("law", "consent", True, ASK_APART),
        ("consent", "law", True, NO),
        ("contract", "consent", False, ASK_APART),
        ("consent", "contract", True, NO),
    ],
)
def test_a_release_on_a_weaker_ground_or_without_its_consent_harms(
    *, old: str, new: str, harms: bool, asks: frozenset[str]
) -> None:
    grounds = (version(register_=put(BASE, "recipient.post.ground", g)) for g in (old, new))
    change = between(*grounds)
    assert change.kinds == {"5.3"}
    assert change.harmful is harms
    assert change.demands == {"notice", "prominent"} | asks


def test_a_release_by_agreement_instead_of_by_order_asks_for_what_goes_abroad() -> None:
    abroad = put(BASE, "recipient.post.countries", ("SG",))
    grounds = (
        version(register_=put(abroad, "recipient.post.ground", g)) for g in ("law", "contract")
    )
    assert between(*grounds).demands == {"notice", "prominent"} | ASK_APART
