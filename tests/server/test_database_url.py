"""A --database URL is read with care, and its password is never shown."""

from pathlib import Path

import pytest

from troth.site.database import connection, parse_url

FILE = Path("troth.db")


def test_without_a_url_it_is_a_durable_sqlite_file() -> None:
    found = connection("", FILE)
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "name", "user", "password", "host", "port"),
    [
        ("postgresql://u:p@h.example.com:5433/troth", "troth", "u", "p", "h.example.com", "5433"),
        ("postgres://h.example.com/troth", "troth", "", "", "h.example.com", ""),
        ("postgresql://u:p%40%3A%2F%23@h/troth", "troth", "u", "p@:/#", "h", ""),
        ("postgresql://u@[2001:db8::1]:5432/troth", "troth", "u", "", "2001:db8::1", "5432"),
        ("postgresql://u@%2Fvar%2Frun/troth", "troth", "u", "", "/var/run", ""),
        ("postgresql:///troth?host=/tmp/s&user=u", "troth", "u", "", "/tmp/s", ""),  # noqa: S108 - a text
        ("postgresql://h/%E4%BF%A1", "信", "", "", "h", ""),
    ],
)
def test_each_part_of_a_url_is_decoded(
    url: str, name: str, user: str, password: str, host: str, port: str
) -> None:
    found = connection(url, FILE)
    assert found["NAME"] == name
    assert (found["USER"], found["PASSWORD"]) == (user, password)
    assert (found["HOST"], found["PORT"]) == (host, port)


def test_connection_options_are_passed_on() -> None:
    options = connection("postgresql://h/troth?sslmode=verify-full&connect_timeout=9", FILE)
    assert options["OPTIONS"]["sslmode"] == "verify-full"
    assert options["OPTIONS"]["connect_timeout"] == "9"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x",
        "postgresql:",
        "postgresql://",
        "postgresql://u:hush@h",
        "postgresql://u:hush@h:x/troth",
        "postgresql://u:hu#sh@h/troth",
        "postgresql://u:hush@h/troth?pool=9",
        "postgresql://u:hush@[::1/troth",
        "hush",
    ],
)
def test_a_url_that_cannot_be_right_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+") as caught:
        parse_url(url)
    assert "hush" not in str(caught.value)


def test_what_is_shown_of_a_url_has_no_password() -> None:
    parsed = parse_url("postgresql://u:hush@h.example.com:5433/troth")
    assert parsed is not None
    assert parsed.shown() == "u@h.example.com:5433/troth"
    assert "hush" not in repr(parsed)
