"""What the running server can take in is within the register, and a stranger to it is found."""

import pytest

from troth.policy.document import Version
from troth.policy.register import Cookie, Register
from troth.policy.surface import Surface
from troth.site.surface import surface


@pytest.fixture(scope="module")
def running() -> Surface:
    return surface()


def declared(register: Register, name: str) -> Cookie | None:
    """Return the cookie that declares a name, exactly or by its prefix."""
    for cookie in register.cookie.values():
        for known in cookie.names:
            if known == name or (known.endswith("*") and name.startswith(known[:-1])):
                return cookie
    return None


def test_there_is_something_to_hold_to_the_register(running: Surface) -> None:
    assert len(running.forms) >= 2
    assert len(running.cookies) >= 3


def test_each_form_collects_for_a_purpose_of_its_categories(
    policy: Version, running: Surface
) -> None:
    for form in running.forms:
        assert form.purpose in policy.register.purpose, form.name
        for field in form.fields:
            name = field.collects.partition(".")[0]
            assert form.purpose in policy.register.category[name].purposes, field


def test_each_input_maps_to_a_registered_field(policy: Version, running: Surface) -> None:
    for form in running.forms:
        for field in form.fields:
            category, _, name = field.collects.partition(".")
            assert name in policy.register.category[category].fields, f"{form.name}.{field.name}"


def test_no_form_demands_an_optional_field(policy: Version, running: Surface) -> None:
    for form in running.forms:
        for field in form.fields:
            category, _, name = field.collects.partition(".")
            if field.required:
                assert policy.register.category[category].fields[name].required, field


def test_each_cookie_is_declared_and_lives_no_longer_than_declared(
    policy: Version, running: Surface
) -> None:
    for cookie in running.cookies:
        entry = declared(policy.register, cookie.name)
        assert entry is not None, cookie.name
        assert cookie.lifetime_days <= entry.lifetime_days, cookie.name


@pytest.mark.parametrize("name", ["_ga", "troth-visitors", "sessionid", "troth-partner-x"])
def test_a_cookie_nobody_declared_is_found(name: str, policy: Version) -> None:
    assert declared(policy.register, name) is None


@pytest.mark.parametrize(
    "name", ["troth-console", "__Host-troth-console", "troth-csrf", "__Host-troth-csrf"]
)
def test_both_names_of_a_console_cookie_are_declared(name: str, policy: Version) -> None:
    """The prefix is there over https only, and the same policy serves both."""
    entry = declared(policy.register, name)
    assert entry is not None
    assert entry.cookie_class == "necessary"


def test_events_come_only_when_there_is_a_door_for_them(policy: Version, running: Surface) -> None:
    assert set(running.events) <= policy.register.event.keys()
