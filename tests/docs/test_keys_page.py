"""What the page about keys says of assertions holds: its example is believed by the server."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.access.house import House, act, house
from tests.docs import console
from troth.access import keys
from troth.site.config import load
from troth.sites.actions import Made, Wanted
from troth.sites.assertions import read
from troth.sites.facts import Caller
from troth.sites.id_tokens import SAYS
from troth.sites.words import SCOPES, SCOPES_OF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")


@pytest.fixture
def secret() -> Made:
    staff: House = house()
    wanted = Wanted(site="main", kind="secret", label="Back end", scopes=frozenset({"assertions"}))
    return act(staff["engineer"], keys.make, wanted)


def test_the_example_of_an_assertion_is_believed(secret: Made) -> None:
    (block,) = (one for one in console.blocks(PAGE) if one.language == "python")
    said: dict[str, object] = {"key": secret.text}
    exec("\n".join(block.lines), said)  # noqa: S102 - a page of ours
    header = said["header"]
    assert isinstance(header, dict)
    caller = Caller("any", "main", "publishable", test=False)
    server = "https://privacy.example.com"
    asserted = read(header["Troth-Assertion"], caller, server, datetime.now(UTC))
    assert (asserted.external, asserted.key) == ("user-42", secret.key.id)


def test_every_scope_and_what_a_publishable_key_may_be_given_stand_on_the_page() -> None:
    for scope in SCOPES:
        assert f"\n| `{scope}` |" in PAGE
    told = {kind: ", ".join(f"`{one}`" for one in scopes) for kind, scopes in SCOPES_OF.items()}
    assert f"| may be given | {told['secret']} | {told['publishable']} |" in PAGE


def test_the_example_of_a_provider_of_users_is_read(tmp_path: Path) -> None:
    (block,) = (
        one
        for one in console.blocks(PAGE)
        if one.language == "toml" and "people_oidc_issuer" in "\n".join(one.lines)
    )
    (tmp_path / "troth.toml").write_text("\n".join(block.lines), encoding="utf-8")
    issuer = load({"data": tmp_path}, {}).people_issuer()
    assert issuer is not None
    page = "\n".join("\n".join(one.lines) for one in console.blocks(PAGE) if one.language == "js")
    assert f'authority: "{issuer.issuer}"' in page
    assert any(f'client_id: "{client}"' in page for client in issuer.clients)


def test_each_refusal_of_an_id_token_stands_on_the_page() -> None:
    _, _, section = PAGE.partition("## Who is it? The ID token of your sign-in")
    codes = {code for code, _ in SAYS.values()} | {"assertion-replayed", "assertion-provider"}
    for code in codes:
        assert f" | `{code}` | " in section
