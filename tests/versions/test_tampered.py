"""A version whose stored text was changed is neither shown nor obeyed."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from tests.versions.cast import ALIAS, FIRST, LATER, default_policy, propose_at, retyped
from troth.site.policyfolder import BY_OPERATOR, adopt
from troth.site.problem import CannotGoOnError
from troth.store import immutable
from troth.versions import facts, published
from troth.versions.models import TABLES, VersionFile

pytestmark = pytest.mark.django_db
USE = {"verb": "use", "category": "query", "purpose": "resale"}
WIDER = (b'purposes = ["search"', b'purposes = ["resale", "search"')


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What this process has read before anybody tampered with it would still be right."""
    forget()
    yield
    forget()


def forget() -> None:
    facts._document.cache_clear()  # noqa: SLF001 - as a restart would
    facts._rulebook.cache_clear()  # noqa: SLF001 - the same
    published._policy_json.cache_clear()  # noqa: SLF001 - the same


@pytest.fixture
def version_hash() -> str:
    return propose_at(FIRST, default_policy()).version.hash


def tamper(old: bytes, new: bytes, name: str = "policy.toml") -> None:
    """Change the stored file, past the guard."""
    file = VersionFile.objects.get(version=1, name=name)
    immutable.release(connection, TABLES)
    content = bytes(file.content)
    assert old in content
    VersionFile.objects.filter(pk=file.pk).update(content=content.replace(old, new, 1))
    immutable.protect(connection, TABLES)


def test_a_tampered_version_is_not_read(version_hash: str) -> None:
    tamper(*WIDER)
    for read in (facts.document, facts.rulebook):
        with pytest.raises(facts.TamperedVersionError, match="version 1") as caught:
            read(ALIAS, version_hash)
        assert caught.value.number == 1
        assert isinstance(caught.value, LookupError)


def test_a_whole_version_is_read(version_hash: str) -> None:
    assert facts.document(ALIAS, version_hash).hash == version_hash
    assert facts.rulebook(ALIAS, version_hash).version == version_hash


def test_a_tampered_version_decides_nothing(client: Client, version_hash: str) -> None:
    assert version_hash
    tamper(*WIDER)
    told = client.post("/v1/decisions", USE, content_type="application/json")
    assert told.status_code == 503
    assert told["Content-Type"] == "application/problem+json"
    assert told.json()["type"] == "urn:troth:problem:version-tampered"
    assert "troth audit" in told.json()["detail"]
    assert client.get("/v1/policy?version=1").status_code == 503


@pytest.mark.parametrize(("lang", "said"), [("en", "version 1"), ("zh", "版本 1")])
def test_a_tampered_version_is_not_shown(
    client: Client, version_hash: str, lang: str, said: str
) -> None:
    assert version_hash
    tamper(b"We ", b"They ", "en.md")
    told = client.get("/", headers={"Accept-Language": lang})
    assert told.status_code == 503
    assert said in told.content.decode()
    assert told["Cache-Control"] == "no-store"


def test_an_other_version_is_served_though_an_old_one_was_tampered_with(
    client: Client, version_hash: str
) -> None:
    assert version_hash
    propose_at(LATER, retyped())
    tamper(*WIDER)
    forget()
    assert client.get("/").status_code == 200
    assert client.get("/v1/policy?version=1").status_code == 503


def test_nothing_is_proposed_against_a_tampered_version(version_hash: str) -> None:
    assert version_hash
    tamper(*WIDER)
    with pytest.raises(CannotGoOnError, match="version 1"):
        adopt(retyped(), BY_OPERATOR)


def test_a_file_stored_as_text_is_read_as_the_same_bytes(version_hash: str) -> None:
    """SQLite keeps text in any column that is given it."""
    if connection.vendor == "sqlite":
        immutable.release(connection, TABLES)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE versions_versionfile SET content = CAST(content AS TEXT)")
        immutable.protect(connection, TABLES)
    assert facts.document(ALIAS, version_hash).hash == version_hash
