"""A provider is usable, or the start says which line of which file to mend."""

from pathlib import Path

import pytest

from troth.site.config import load
from troth.site.problem import CannotGoOnError

ISSUER = "https://login.example.com"
SET = {"TROTH_OIDC_ISSUER": ISSUER, "TROTH_OIDC_CLIENT_ID": "troth"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"TROTH_OIDC_ISSUER": "http://login.example.com"}, "an https address"),
        ({"TROTH_OIDC_ISSUER": "login.example.com"}, "an https address"),
        ({"TROTH_OIDC_ISSUER": "https://[half"}, "an https address"),
        ({"TROTH_OIDC_ISSUER": f"{ISSUER}?x=1"}, "an https address"),
        ({"TROTH_OIDC_CLIENT_ID": ""}, "set oidc_client_id, too"),
        ({"TROTH_OIDC_CLIENT_SECRET_FILE": "/nowhere/at/all"}, "cannot be used (No such file"),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(more: dict[str, str], said: str) -> None:
    with pytest.raises(CannotGoOnError) as refused:
        load({}, {**SET, "TROTH_OIDC_CLIENT_SECRET": "", **more})
    text = refused.value.message.render(str)
    assert text.startswith("TROTH_OIDC_ISSUER: ")
    assert said in text


def test_the_secret_is_read_from_its_file_and_shown_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush\n")
    config = load({}, {**SET, "TROTH_OIDC_CLIENT_SECRET_FILE": str(file)})
    provider = config.provider()
    assert provider is not None
    assert (provider.secret, provider.name, provider.private) == (
        "hush",
        "login.example.com",
        False,
    )
    given = load({}, {**SET, "TROTH_OIDC_CLIENT_SECRET": "hush", "TROTH_OIDC_NAME": "Door"})
    assert "hush" not in repr(provider) + repr(given)
    assert load({}, {}).provider() is None
