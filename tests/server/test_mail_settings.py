"""The settings of mail: what cannot work is refused at the start, and no password is shown."""

from pathlib import Path
from typing import Any

import pytest

from troth.site.config import load
from troth.site.problem import CannotGoOnError

URL = "smtp://robot@mail.example.com"
FROM = "privacy@example.com"


def refusal(**environment: str) -> str:
    with pytest.raises(CannotGoOnError) as refused:
        load({}, environment)
    return refused.value.message.render(str)


def test_without_a_server_there_is_none() -> None:
    assert load({}, {}).smtp_server() is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TROTH_SMTP_URL": URL}, "TROTH_SMTP_URL: mail needs a sender; set mail_from"),
        ({"TROTH_SMTP_URL": "mail.example.com"}, "smtp_url cannot be that (an SMTP server is"),
        ({"TROTH_MAIL_FROM": "nobody"}, "a sender is written"),
        (
            {"TROTH_SMTP_URL": "smtp://mail.example.com", "TROTH_SMTP_PASSWORD": "hush"},
            "mail needs a sender",
        ),
        (
            {
                "TROTH_SMTP_URL": "smtp://mail.example.com",
                "TROTH_SMTP_PASSWORD": "hush",
                "TROTH_MAIL_FROM": FROM,
            },
            "a password needs a user",
        ),
        (
            {
                "TROTH_SMTP_URL": URL,
                "TROTH_MAIL_FROM": FROM,
                "TROTH_SMTP_PASSWORD_FILE": "/nowhere/at/all",
            },
            "cannot be used (No such file",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(given: dict[str, str], said: str) -> None:
    text = refusal(**given)
    assert said in text
    assert "hush" not in text


def test_the_variable_goes_before_the_file_and_the_file_before_the_address(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("of the file\n")
    given: dict[str, Any] = {
        "TROTH_SMTP_URL": "smtp://robot:of-the-address@mail.example.com",
        "TROTH_MAIL_FROM": FROM,
    }
    passwords = []
    for more in (
        {},
        {"TROTH_SMTP_PASSWORD_FILE": str(file)},
        {"TROTH_SMTP_PASSWORD_FILE": str(file), "TROTH_SMTP_PASSWORD": "of the variable"},
    ):
        config = load({}, {**given, **more})
        server = config.smtp_server()
        assert server is not None
        passwords.append(server.password)
        assert not any(one in f"{config!r} {server!r}" for one in passwords)
    assert passwords == ["of-the-address", "of the file", "of the variable"]
    file.write_text("renewed")
    server = load({}, {**given, "TROTH_SMTP_PASSWORD_FILE": str(file)}).smtp_server()
    assert server is not None
    assert server.password == "renewed"
