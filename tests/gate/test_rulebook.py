"""What a rulebook holds, and what it refuses to be made of."""

import pickle

import msgspec
import pytest

from tests.gate.cases import ACCOUNT, answer, names
from tests.gate.house import CITES, HASH, HOUSE, STATEMENTS, entry, rulebook, text, version
from troth.gate.facts import CollectFacts, SetCookieFacts, UseFacts
from troth.policy.rulebook import RulebookError, compile


def test_a_rulebook_knows_its_version_and_survives_pickling() -> None:
    rules = rulebook()
    assert rules.version == HASH
    assert pickle.loads(pickle.dumps(rules)) == rules  # noqa: S301 (our own bytes)


def test_a_rulebook_cannot_be_changed() -> None:
    rules = rulebook()
    with pytest.raises(AttributeError):
        rules.period_days = 0  # type: ignore[misc]  # what the test is about


def test_without_cites_nothing_is_compiled_and_the_error_names_what_is_missing() -> None:
    with pytest.raises(RulebookError, match=r"\[cites\]") as caught:
        compile(version({**HOUSE, "cites": None}))
    assert caught.value.missing == ("[cites]",)


def test_a_cite_of_a_statement_the_policy_lacks_is_named() -> None:
    without = tuple(s for s in STATEMENTS if s != CITES["view"])
    with pytest.raises(ValueError, match=r'cites\.view \("protection\.access" is no statement\)'):
        compile(version(HOUSE, without))


def test_an_entry_that_no_sentence_tells_of_is_not_declared() -> None:
    facts = CollectFacts(**ACCOUNT)
    assert answer(facts)[0]
    category = HOUSE["category"]["account"] | {"statement": "nowhere"}
    rules = rulebook(category={"account": category})
    assert answer(facts, rules) == (False, "category-undeclared", "collection.definition")


def test_a_purpose_that_is_named_but_not_in_the_register_is_not_declared() -> None:
    purposes = {k: p for k, p in HOUSE["purpose"].items() if k != "support"}
    facts = UseFacts(category="account", purpose="support")
    assert answer(facts)[0]
    assert answer(facts, rulebook(purpose=purposes))[1] == "purpose-undeclared"


def test_what_rests_on_consent_needs_one_even_if_the_register_forgets_to_say_so() -> None:
    purpose = entry("collection.usage", basis="consent", consent="none")
    rules = rulebook(purpose=HOUSE["purpose"] | {"usage-statistics": purpose})
    facts = UseFacts(category="usage", purpose="usage-statistics")
    assert answer(facts, rules) == (False, "consent-missing", "collection.usage")


def test_each_consent_has_its_own_bit_and_a_class_all_its_cookies() -> None:
    rules = rulebook()
    singles = {name: bit for name, bit in rules.bits.items() if not name.startswith("class.")}
    assert len(set(singles.values())) == len(singles)
    assert all(bit.bit_count() == 1 for bit in singles.values())
    statistics = rules.bits["cookie.visitor"] | rules.bits["cookie.campaign"]
    assert rules.mask(["class.statistics"]) == statistics
    assert rules.mask(["purpose.account", "unheard.of"]) == 0
    assert "cookie.console-session" not in rules.bits


def test_a_suspension_moves_no_bit() -> None:
    assert rulebook("cookie.visitor", "purpose.usage-statistics").bits == rulebook().bits


def test_a_suspended_path_that_names_no_entry_changes_nothing() -> None:
    assert rulebook("cookie.gone", "controller.name") == rulebook()


def test_an_exact_cookie_name_wins_over_a_prefix_and_the_longest_prefix_over_others() -> None:
    def cookie(kind: str, *patterns: str) -> dict[str, object]:
        return entry(
            "cookies.operation",
            names=list(patterns),
            purposes=["operation"],
            lifetime_days=1,
            provider=text("us"),
            grammar=".*",
            **{"class": kind},
        )

    rules = rulebook(
        cookie={
            "short": cookie("statistics", "t*"),
            "long": cookie("functional", "t-*"),
            "exact": cookie("necessary", "t-a"),
        }
    )
    found = [rules.cookie(name) for name in ("t-a", "t-b", "tea", "other")]
    assert [rule and rule.id for rule in found] == ["exact", "long", "short", None]


def test_an_unknown_place_and_a_register_without_regions_demand_opt_in() -> None:
    facts = SetCookieFacts(name="troth-visitor", conforms=True, region="US")
    assert answer(facts)[1] == "cookie-not-refused"
    assert answer(msgspec.structs.replace(facts, region=""))[1] == "cookie-not-chosen"
    assert answer(facts, rulebook(region={}))[1] == "cookie-not-chosen"


def test_of_two_regions_that_name_a_place_the_stricter_rules() -> None:
    loose = entry("cookies.sent", mode="opt-out", places=["US"])
    careful = entry("cookies.sent", mode="opt-in", places=["US"])
    for region in ({"a": loose, "b": careful}, {"a": careful, "b": loose}):
        assert rulebook(region=region).mode("US") == "opt-in"


def test_names_of_another_version_are_no_consent() -> None:
    facts = UseFacts(
        category="usage", purpose="usage-statistics", agreed=names("purpose.statistics")
    )
    assert answer(facts)[1] == "consent-missing"
