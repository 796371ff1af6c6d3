"""The compiler finds nothing in the default policy but the places an operator must fill."""

import re

import pytest

from troth import evidence
from troth.policy.check import check
from troth.policy.diagnostic import Diagnostic
from troth.policy.document import Version
from troth.policy.read import read
from troth.site.surface import surface


@pytest.fixture(scope="module")
def found(policy: Version) -> tuple[Diagnostic, ...]:
    return check(policy, evidence.names(), surface())


def test_nothing_is_found_but_places_to_fill(found: tuple[Diagnostic, ...]) -> None:
    other = [(d.code, d.line, d.message.render(str)) for d in found if d.code != "T113"]
    assert other == []


def test_a_place_to_fill_stops_nothing(found: tuple[Diagnostic, ...]) -> None:
    assert {d.severity for d in found} == {"warning"}


def test_each_place_to_fill_is_told(
    found: tuple[Diagnostic, ...], policy_files: dict[str, bytes]
) -> None:
    lines = policy_files["policy.toml"].decode().splitlines()
    places = [
        number
        for number, line in enumerate(lines, start=1)
        for _ in re.findall(r"\{fill: [^{}]+\}", line)
        if not line.startswith("#")
    ]
    assert sorted(d.line for d in found) == places


def test_who_answers_and_how_to_reach_them_is_left_to_the_operator(policy: Version) -> None:
    controller, contact = policy.register.controller, policy.register.contact
    assert controller is not None
    assert contact is not None
    for text in (controller.name, contact.department, contact.complaint):
        assert "{fill: " in text.zh
        assert "{fill: " in text.en
    assert all("{fill: " in value for value in (controller.country, contact.email))


def test_a_filled_policy_is_clean(policy_files: dict[str, bytes]) -> None:
    register = policy_files["policy.toml"].decode()
    given = {"privacy e-mail": "privacy@example.com", "two-letter country code": "CN"}
    filled = re.sub(
        r"\{fill: ([^{}]+)\}",
        lambda place: given.get(place[1], "https://www.example.com"),
        register,
    )
    version = read({**policy_files, "policy.toml": filled.encode()})
    assert check(version, evidence.names(), surface()) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('release = "disclosure.only"', 'release = "disclosure.nobody"', "T202"),
        ('kept_by = ["cookies.purpose-limit"]', 'kept_by = ["cookies.wish"]', "T207"),
        ('closes = ["option"]', 'closes = ["option.colour"]', "T208"),
        ('names = ["troth-lang"]', 'names = ["troth-*"]', "T302"),
        ('grammar = "zh|en"', 'grammar = ".*"', "T303"),
        ('names = ["troth-lang"]', 'names = ["lang"]', "T404"),
    ],
)
def test_a_slip_in_the_register_is_found(
    old: str, new: str, code: str, policy_files: dict[str, bytes]
) -> None:
    register = policy_files["policy.toml"].decode()
    assert old in register
    version = read({**policy_files, "policy.toml": register.replace(old, new).encode()})
    assert code in {d.code for d in check(version, evidence.names(), surface())}
