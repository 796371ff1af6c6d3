"""A page whose users sign in at the operator's provider, against a server as users run it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from troth_client import RefusedError

from tests.client.served import ORIGIN, Operator, Served, policy_folder, somebody
from tests.pages.idp import PAGE, Idp, running
from tests.services.migrated import migrated
from tests.services.server import Server

COUNT = "purpose.visitor-count"
AT_ONCE = 4
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def keyed_troth(tmp_path_factory: pytest.TempPathFactory, idp: Idp) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("provided")
    data, policy = folder / "data", policy_folder(folder / "policy")
    variables = {
        "TROTH_PEOPLE_OIDC_ISSUER": idp.issuer,
        "TROTH_PEOPLE_OIDC_CLIENTS": f"{PAGE},shop-app",
        "TROTH_PEOPLE_OIDC_PRIVATE": "yes",
    }
    database = migrated(data, "provided")
    server = Server(data, policy=policy, database=database, variables=variables).wait()
    with Operator(server) as operator:
        served = Served(server, operator)
        yield served
        served.troth.close()
    assert server.stop() == 0


class Page:
    """A page in a browser, whose user signs in at the provider."""

    def __init__(self, served: Served) -> None:
        self._port, self._key = served.server.port, served.page_key()

    def __call__(self, id_token: str, body: Any = None) -> tuple[int, Any]:
        """Say what is in the body, or ask what stands."""
        line = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {self._key}", "Origin": ORIGIN}
        headers |= {"Troth-Assertion": id_token, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        line.request("GET" if body is None else "POST", "/v1/consents", content, headers)
        answer = line.getresponse()
        told = answer.status, json.loads(answer.read())
        line.close()
        return told


def yes(served: Served, page: Page, idp: Idp) -> dict[str, Any]:
    """Return a yes to the words that are shown, after a first no by which she is known."""
    user = somebody()
    no = {"choices": {COUNT: False}, "lang": "en", "surface": "banner"}
    assert page(idp.id_token(sub=user), no)[0] == 200
    shown = served.troth.consents(user)
    texts = {one["about"]: one["hash"] for one in shown.asked if one["about"] == COUNT}
    return {**no, "choices": {COUNT: True}, "version": shown.version, "texts": texts}


def test_she_says_yes_and_the_back_end_reads_it_by_the_same_id(
    keyed_troth: Served, idp: Idp
) -> None:
    page, user = Page(keyed_troth), somebody()
    body = yes(keyed_troth, page, idp)
    with pytest.raises(RefusedError, match="subject-unknown"):
        keyed_troth.troth.consents(user)
    status, told = page(idp.id_token(sub=user), body)
    assert (status, told["changed"]) == (200, [COUNT])
    status, told = page(idp.id_token(sub=user))
    assert (status, told["choices"][COUNT]["given"]) == (200, True)
    assert keyed_troth.troth.consents(user).choices == {COUNT: True}


def test_of_those_that_come_at_once_one_counts(keyed_troth: Served, idp: Idp) -> None:
    page, user = Page(keyed_troth), somebody()
    body, text = yes(keyed_troth, page, idp), idp.id_token(sub=user)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: page(text, body), range(AT_ONCE)))
    assert sorted(status for status, _ in answers) == [200] + [401] * (AT_ONCE - 1)
    refused = {told["type"] for status, told in answers if status == 401}
    assert refused == {"urn:troth:problem:assertion-replayed"}
    assert keyed_troth.operator("said", subjects=[user]) == [1]


def test_what_the_provider_has_not_signed_for_the_page_is_refused(
    keyed_troth: Served, idp: Idp
) -> None:
    page = Page(keyed_troth)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"aud": "another-page"}, "assertion-audience"),
        ({"iss": "https://other.example.com"}, "assertion-invalid"),
        ({"exp": 1}, "assertion-expired"),
    )
    for claims, code in wrong:
        status, told = page(idp.id_token(**claims))
        assert (status, told["type"]) == (401, f"urn:troth:problem:{code}")
    long = idp.id_token(groups=["x" * 100] * 150)
    status, told = page(long)
    assert (status, told["type"]) == (401, "urn:troth:problem:assertion-invalid")


def test_nothing_of_a_token_or_of_her_is_in_the_log(keyed_troth: Served, idp: Idp) -> None:
    page, user = Page(keyed_troth), somebody()
    text = idp.id_token(sub=user)
    page(text, yes(keyed_troth, page, idp))
    page(idp.id_token(sub=user, aud="another-page"))
    page(text)
    assert user not in keyed_troth.server.output
    assert text.split(".")[1] not in keyed_troth.server.output
