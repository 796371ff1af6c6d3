"""What a change demands before it may take effect."""

from typing import Any

import pytest

from tests.diff.build import between, get, put, register, reworded, text, version
from troth.policy.diff import demands, diff, is_major, needs_nothing
from troth.policy.register import Register

MARKED = put(register(), "service.shop.in_software_notice", value=True)


def changed(base: Register, path: str, value: Any) -> Any:
    return between(version(register_=base), version(register_=put(base, path, value)))


def test_a_service_marked_so_shows_the_change_in_the_software_and_asks_who_is_harmed() -> None:
    harmful = changed(MARKED, "cookie.visitor.lifetime_days", 60)
    assert harmful.demands == {
        "notice",
        "prominent",
        "in_software",
        "acknowledgement",
        "consent",
    }
    harmless = changed(MARKED, "cookie.visitor.lifetime_days", 10)
    assert harmless.demands == {"notice", "prominent", "in_software"}


def test_without_a_marked_service_nothing_is_shown_in_software() -> None:
    harmful = changed(register(), "cookie.visitor.lifetime_days", 60)
    assert harmful.demands == {"notice", "prominent", "consent"}


def test_a_service_no_longer_marked_still_shows_that_it_will_not_be() -> None:
    change = changed(MARKED, "service.shop.in_software_notice", value=False)
    assert change.harmful
    assert change.demands == {"notice", "prominent", "in_software", "acknowledgement"}


def test_a_service_newly_marked_harms_nobody() -> None:
    change = changed(register(), "service.shop.in_software_notice", value=True)
    assert not change.harmful
    assert change.demands == {"notice"}


def test_sensitive_data_asks_for_a_separate_consent_on_any_basis_but_a_duty() -> None:
    base = put(register(), "category.visits.sensitive", value=True)
    base = put(base, "category.visits.purposes", ())
    by_contract = changed(base, "category.visits.purposes", ("running",))
    assert "separate_consent" in by_contract.demands
    base = put(base, "purpose.running.basis", "legal-obligation")
    by_duty = changed(base, "category.visits.purposes", ("running",))
    assert not by_duty.demands & {"consent", "separate_consent"}


def test_a_cookie_that_holds_sensitive_data_asks_separately() -> None:
    base = put(register(), "category.visits.sensitive", value=True)
    assert "separate_consent" in changed(base, "cookie.visitor.lifetime_days", 60).demands


def test_an_event_of_sensitive_data_asks_separately() -> None:
    base = put(register(), "category.visits.sensitive", value=True)
    assert "separate_consent" in changed(base, "event.opened.attributes", ("page", "time")).demands


@pytest.mark.parametrize("ground", ["consent", "contract"])
def test_a_recipient_abroad_asks_separately(ground: str) -> None:
    base = put(register(), "recipient.post.ground", ground)
    change = changed(base, "recipient.post.countries", ("CN", "SG"))
    assert "separate_consent" in change.demands


def test_a_mandatory_order_asks_nobody() -> None:
    base = put(register(), "recipient.post.ground", "law")
    change = changed(base, "recipient.post.countries", ("CN", "SG"))
    assert change.harmful
    assert not change.demands & {"consent", "separate_consent"}


def test_all_changes_together_demand_what_each_of_them_does() -> None:
    new = put(register(), "purpose.ads", get(register(), "purpose.counting"))
    new = put(new, "recipient.bank", get(register(), "recipient.post"))
    changes = diff(version(), version(register_=new))
    assert demands(changes) == {"notice", "prominent", "consent", "separate_consent"}
    assert is_major(changes)
    assert not needs_nothing(changes)


def test_only_editorial_changes_need_nothing() -> None:
    changes = diff(version(), reworded("never", en="We will not  sell your data!"))
    assert demands(changes) == set()
    assert not is_major(changes)
    assert needs_nothing(changes)


def test_no_change_needs_nothing() -> None:
    assert needs_nothing(())


def test_an_open_rewording_needs_a_notice_but_is_not_major() -> None:
    changes = diff(version(), reworded("never", en="We will not sell your records."))
    assert demands(changes) == {"notice"}
    assert not is_major(changes)
    assert not needs_nothing(changes)


def test_filling_in_what_was_left_open_exchanges_nobody() -> None:
    base = put(register(), "controller.name", text("{fill: name}", "{fill: 名称}"))
    change = changed(base, "controller.name", text("Example Ltd", "示例公司"))
    assert (change.kinds, change.harmful) == ({"5.2"}, False)
