"""What is entered is nowhere in the clear: not in data, keys, journals, logs or temporary files."""

import secrets
from pathlib import Path
from typing import Final

import pytest

from tests.loss import canaries
from tests.loss.browsing import Browser
from tests.loss.conftest import Drive, Driver
from tests.loss.load import demand_whole, enrol
from tests.services.server import FreshDatabase

MARK: Final = secrets.token_hex(6)
EMAIL: Final = f"canary-{MARK}@example.invalid"
NAME: Final = f"Canary Made-Up-{MARK}"
QUERY: Final = f"where does canary {MARK} nest"
PASSWORD: Final = f"a long canary river {MARK}"
NOBODY: Final = f"canary-handle-{MARK}"
UNDECLARED: Final = f"canary_field_{MARK}"
pytestmark = [pytest.mark.slow]


def through_the_doors(driver: Driver) -> None:
    """Enrol, open and erase; be refused; and fail with all of it in hand."""
    call, given = driver.call, {"email": EMAIL, "display_name": NAME}
    undeclared = {"email": f"2{EMAIL}", UNDECLARED: QUERY}
    assert call("enrol", given=undeclared)[0] == 403
    assert call("enrol", given={**given, "email": f"3{EMAIL}"}, fail=True)[0] == 500
    status, told = call("enrol", given=given)
    assert status == 202
    assert call("enrol", given=given)[0] == 409
    assert call("open", person=told["person"]) == (200, given)
    assert call("fail", person=told["person"])[0] == 500
    status, other = call("enrol", given={"email": f"4{EMAIL}", "display_name": NAME})
    assert status == 202
    assert call("erase", person=other["person"])[0] == 200
    assert call("fail", person=other["person"])[0] == 410


def through_the_pages(driver: Driver, reader: Browser) -> None:
    """Type it wherever something can be typed, and where it does not belong."""
    asked = QUERY.replace(" ", "+")
    for path in ("/", "/versions", "/console/sign-in", "/v1/policy", f"/{NOBODY}/{EMAIL}"):
        headers = {"Referer": f"http://x/?q={asked}", "User-Agent": NAME}
        assert reader.get(f"{path}?q={asked}&lang={NOBODY}&next=/{EMAIL}", **headers).status < 500
    for body in (
        f'{{"verb":"use","category":"{NOBODY}","purpose":"account"}}',
        f'{{"verb":"use","category":"account","purpose":"account","{UNDECLARED}":1}}',
        f'{{"verb":"use","subject":"{EMAIL}"',
        f'["{QUERY}", "{NAME}"',
        f'{{"verb":"collect","category":"account","fields":["{UNDECLARED}","{EMAIL}"]}}',
    ):
        assert reader.json("/v1/decisions", body.encode()).status < 500
    for handle, password in ((NOBODY, PASSWORD), (EMAIL, PASSWORD), (PASSWORD, EMAIL)):
        assert reader.sign_in(handle, password).status == 422
    assert driver.healthy()


def through_the_console(owner: Browser, handle: str, subject: str) -> None:
    """Let a member write wherever she can: of herself, of others, and why."""
    typed: list[tuple[str, str, dict[str, str]]] = [
        (f"people/{handle}?more=1", f"people/{handle}/own", {"name": NAME, "email": f"6{EMAIL}"}),
        ("people/invite", "people/invite", {"roles": "support", "email": f"7{EMAIL}"}),
        ("undertaking", "undertaking", {"name": NAME, "text": "1"}),
        (
            "access/cases",
            "access/cases",
            {"kind": "question", "persons": subject, "reason": QUERY},
        ),
    ]
    for page, form, fields in typed:
        shown = owner.get(f"/console/{page}")
        assert shown.status == 200, page
        assert owner.post(f"/console/{form}", **fields).status in {200, 302}, form
    refused = owner.post("/console/access/record/export", reason=QUERY)
    assert refused.status == 422, (
        "there is no row to take out; what is refused leaks nowhere either"
    )
    for query in (f"people?q={NOBODY}", f"access/record?member={NOBODY}&subject={NOBODY}"):
        assert owner.get(f"/console/{query}").status == 200


def test_no_canary_is_found_in_the_clear_anywhere(
    tmp_path: Path, drive: Drive, migrated_database: FreshDatabase
) -> None:
    url, scratch, key = (
        migrated_database(f"canaries-{MARK}"),
        tmp_path / "scratch",
        canaries.new_key(),
    )
    scratch.mkdir()
    own = {"TROTH_OPERATOR_KEY": key, "TMPDIR": str(scratch)}
    driver = drive(database=url, variables=own)
    link = driver.owner_link
    token = link.rsplit("/", 1)[1]
    wanted = {
        "e-mail": list(canaries.dresses(EMAIL)),
        "name": list(canaries.dresses(NAME)),
        "query": list(canaries.dresses(QUERY)),
        "password": list(canaries.dresses(PASSWORD)),
        "handle": list(canaries.dresses(NOBODY)),
        "field": list(canaries.dresses(UNDECLARED)),
        "operator's key": list(canaries.key_dresses(key)),
    }
    owner, reader = Browser(driver.port), Browser(driver.port)
    assert owner.get(f"/console/owner/{token}x{NOBODY}").status == 410
    through_the_pages(driver, reader)
    through_the_doors(driver)
    handle = owner.claim(link, PASSWORD)
    assert reader.sign_in(handle, f"{PASSWORD}x").status == 422
    assert reader.sign_in(handle, PASSWORD).status == 302
    assert owner.get(f"/console/owner/{token}").status == 410
    stays = enrol(driver.call)
    through_the_console(owner, handle, stays.pseudonym)

    def places() -> dict[str, bytes]:
        data = canaries.files(driver.data, scratch, driver.log)
        return {**data, **(canaries.rows(url) if url else {})}

    found = places()
    assert canaries.found_in(found, {"owner": [handle.encode()]}), "the search finds what is there"
    assert canaries.found_in(found, wanted) == []
    wanted["owner's link"] = list(canaries.dresses(token))
    log = {"log": driver.log.read_bytes()}
    assert canaries.found_in(log, wanted) == []
    driver.kill()
    driver.end()
    assert canaries.found_in(places(), {**wanted, "owner's link": []}) == []
    driver = drive(database=url, variables=own)
    demand_whole(driver.call, [stays])
    assert driver.stop() == 0
    assert canaries.found_in(places(), wanted) == []
