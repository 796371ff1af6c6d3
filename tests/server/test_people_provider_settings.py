"""The provider of an operator's users is usable, or the start says what to mend, and where."""

from pathlib import Path

import pytest

from troth.site.config import load
from troth.site.problem import CannotGoOnError

ISSUER = "https://login.example.com"
SET = {"TROTH_PEOPLE_OIDC_ISSUER": ISSUER, "TROTH_PEOPLE_OIDC_CLIENTS": "shop,shop-app"}
MEMBERS = {"TROTH_OIDC_ISSUER": ISSUER, "TROTH_OIDC_CLIENT_ID": "shop"}


@pytest.mark.parametrize(
    ("more", "place", "said"),
    [
        ({"ISSUER": "http://login.example.com"}, "ISSUER", "has an https address"),
        ({"ISSUER": "login.example.com"}, "ISSUER", "has an https address"),
        ({"ISSUER": "https://[half"}, "ISSUER", "has an https address"),
        ({"ISSUER": f"{ISSUER}?x=1"}, "ISSUER", "has an https address"),
        ({"CLIENTS": ""}, "ISSUER", "set both"),
        ({"ISSUER": ""}, "CLIENTS", "set both"),
        ({"CLIENTS": "shop, app"}, "CLIENTS", "a client id is 1 to 255"),
        ({"CLIENTS": "shop,,app"}, "CLIENTS", "a client id is 1 to 255"),
        ({"CLAIM": "email"}, "CLAIM", "users may set it themselves"),
        ({"CLAIM": "preferred_username"}, "CLAIM", "users may set it themselves"),
        ({"CLAIM": "nonce"}, "CLAIM", "it tells of the token"),
        ({"PRIVATE": "maybe"}, "PRIVATE", "Invalid enum value"),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(
    more: dict[str, str], place: str, said: str
) -> None:
    given = {f"TROTH_PEOPLE_OIDC_{name}": value for name, value in more.items()}
    with pytest.raises(CannotGoOnError) as refused:
        load({}, {**SET, **given})
    text = refused.value.message.render(str)
    assert text.startswith(f"TROTH_PEOPLE_OIDC_{place}: ")
    assert said in text


@pytest.mark.parametrize(("name", "value"), [("PRIVATE", "yes"), ("CLAIM", "shop_user")])
def test_what_is_set_of_no_provider_is_refused(name: str, value: str) -> None:
    with pytest.raises(CannotGoOnError) as refused:
        load({}, {f"TROTH_PEOPLE_OIDC_{name}": value})
    text = refused.value.message.render(str)
    assert text.startswith(f"TROTH_PEOPLE_OIDC_{name}: ")
    assert "set both" in text


def test_no_token_counts_as_a_members_and_as_a_users() -> None:
    for issuer in (ISSUER, f"{ISSUER}/"):
        with pytest.raises(CannotGoOnError) as refused:
            load({}, {**SET, **MEMBERS, "TROTH_OIDC_ISSUER": issuer})
        text = refused.value.message.render(str)
        assert text.startswith("TROTH_PEOPLE_OIDC_CLIENTS: members sign in as the client shop ")
    load({}, {**SET, **MEMBERS, "TROTH_OIDC_CLIENT_ID": "troth"})
    load({}, {**SET, **MEMBERS, "TROTH_OIDC_ISSUER": "https://staff.example.com"})


def test_what_is_set_is_what_is_believed(tmp_path: Path) -> None:
    assert load({}, {}).people_issuer() is None
    found = load({}, SET).people_issuer()
    assert found is not None
    assert (found.issuer, found.clients) == (ISSUER, frozenset({"shop", "shop-app"}))
    assert (found.private, found.claim) == (False, "sub")
    file = tmp_path / "troth.toml"
    lines = (
        'people_oidc_issuer = "http://127.0.0.1:9000"',
        'people_oidc_clients = ["shop"]',
        'people_oidc_private = "yes"',
        'people_oidc_claim = "shop_user"',
    )
    file.write_text("\n".join(lines))
    found = load({"config": file}, {}).people_issuer()
    assert found is not None
    assert (found.clients, found.private, found.claim) == (frozenset({"shop"}), True, "shop_user")
    file.write_text('people_oidc_issuer = "https://login.example.com"\npeople_oidc_clients = []')
    with pytest.raises(CannotGoOnError, match=r"troth\.toml:1: "):
        load({"config": file}, {})
