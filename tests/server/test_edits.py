"""An edit of the policy: before the first start it decides, on a running folder it waits."""

from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.server.cast import ask, edit, policy_copy, troth
from tests.server.conftest import Start
from tests.services.migrated import migrated_file
from tests.services.server import FreshDatabase

pytestmark = pytest.mark.slow
SEARCH = {"verb": "use", "category": "query", "purpose": "search"}


def withdrawn_use(folder: Path) -> None:
    """Take the purpose `search` from the category `query`: one register value."""
    edit(folder / "policy.toml", *SEARCH_EDIT)


SEARCH_EDIT = ('purposes = ["search"', 'purposes = ["operation"')


def test_an_edit_before_the_first_start_changes_the_answer_and_what_it_names(
    tmp_path: Path, start: Start, fresh_database: FreshDatabase
) -> None:
    plain = start(tmp_path / "plain", database=fresh_database("plain")).wait()
    policy = policy_copy(tmp_path / "policy")
    withdrawn_use(policy)
    edited = start(tmp_path / "edited", policy=policy, database=fresh_database("edited")).wait()
    before, after = (ask(f"{s.url}/v1/decisions", SEARCH).json for s in (plain, edited))
    assert before["allowed"]
    assert not after["allowed"]
    assert before["statement"]["id"] != after["statement"]["id"]
    assert before["version"] != after["version"]


def test_the_same_edit_on_a_used_folder_waits_and_the_version_in_force_answers(
    tmp_path: Path, start: Start, migrated_database: FreshDatabase
) -> None:
    policy, url = policy_copy(tmp_path / "policy"), migrated_database("used")
    first = start(policy=policy, database=url).wait()
    before = ask(f"{first.url}/v1/decisions", SEARCH).json
    assert first.stop() == 0
    edit(policy / "policy.toml", "period_days = 30", "period_days = 20")
    again = start(policy=policy, database=url).wait()
    assert ask(f"{again.url}/v1/decisions", SEARCH).json == before
    assert "is recorded and waits" in again.output
    waiting = ask(f"{again.url}/v1/policy?version=2").json["version"]
    assert waiting["in_force_from"] is None


def test_a_change_is_proposed_without_a_restart(
    tmp_path: Path, start: Start, migrated_database: FreshDatabase
) -> None:
    policy, url = policy_copy(tmp_path / "policy"), migrated_database("proposed")
    server = start(policy=policy, database=url).wait()
    given = ("--data", server.data, "--policy", policy, *(("--database", url) if url else ()))
    assert "version 1" in troth("policy", "propose", *given).stdout
    edit(policy / "policy.toml", "period_days = 30", "period_days = 20")
    proposed = troth("policy", "propose", *given)
    assert proposed.returncode == 0, proposed
    assert "Version 2" in proposed.stdout
    assert "demand" in proposed.stdout
    assert ask(f"{server.url}/v1/policy").json["version"]["number"] == 1
    with (policy / "en.md").open("ab") as file:
        file.write(b"\n")
    edit(policy / "policy.toml", "period_days = 20", "period_days = 30")
    assert "in force" in troth("policy", "propose", *given, "--json").stdout.replace("_", " ")
    assert ask(f"{server.url}/v1/policy").json["version"]["number"] == 3


def test_without_data_nothing_can_be_proposed(tmp_path: Path) -> None:
    refused = troth("policy", "propose", "--data", tmp_path / "data")
    assert refused.returncode == 2
    assert "start `troth serve` on it once" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_fresh_owner_link_is_given_until_there_is_an_owner(start: Start, tmp_path: Path) -> None:
    migrated_file(tmp_path / "data")
    server = start().wait()
    given = troth("owner", "link", "--data", server.data)
    assert given.returncode == 0
    claim(server.url + urlsplit(given.stdout.split()[-1]).path)
    refused = troth("owner", "link", "--data", server.data)
    assert refused.returncode == 2
    assert "--one-more" in refused.stderr
    more = troth("owner", "link", "--one-more", "--data", server.data)
    assert more.returncode == 0
    claim(server.url + urlsplit(more.stdout.split()[-1]).path)


def claim(link: str) -> None:
    """Become an owner by a link, as a browser does."""
    browser = build_opener(HTTPCookieProcessor(jar := CookieJar()))
    browser.open(link, timeout=30).close()
    token = next(cookie.value for cookie in jar if cookie.name.endswith("troth-csrf"))
    password = "a long and quiet river"
    form = {"csrfmiddlewaretoken": token, "password": password, "again": password}
    with browser.open(link, urlencode(form).encode(), timeout=30) as answer:
        assert answer.url.endswith("/console/welcome"), answer.url
