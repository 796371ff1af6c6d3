"""Sites and keys in the console: who may, what is refused and where, and that a key shows once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from structlog.testing import capture_logs

from tests.access import house as houses
from tests.access.house import House, act, frozen
from tests.pages.html import page_of
from tests.pages.keyed import NEW, SITES, given, make, shown_in, works
from tests.pages.staffed import enter, proved
from tests.versions.cast import edited
from troth.access import keys
from troth.access.roles import ROLES, Role
from troth.ledger.models import Entry
from troth.people.id_tokens import Issuer
from troth.sites.models import Key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection"), pytest.mark.slow]
ORIGIN: Final = "https://shop.example.com"
LAST_DAY: Final = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"
SEE: Final = frozenset({"owner", "privacy-officer", "security", "auditor", "engineer"})
RUN: Final = frozenset({"owner", "security", "engineer"})


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "en",
            [
                "The web site and this privacy server",
                "to be filled in: address of the site, https://…",
                "software on a device: no origins",
                "It has no key, so nothing of it can call this server.",
            ],
        ),
        ("zh", ["网站与本隐私服务器", "待填写：站点的网址，https://…", "尚无密钥"]),
    ],
)
def test_each_site_of_the_policy_is_shown_before_it_has_a_key(
    staff: House, lang: str, says: list[str]
) -> None:
    page = page_of(enter(staff, "engineer", lang).get(SITES))
    for words in says:
        assert words in page.text
    assert not page.all("table")


def test_each_key_says_by_mark_and_word_whether_it_works(staff: House) -> None:
    now = datetime.now(UTC)
    make(staff)
    make(staff, label="Import", until=now + timedelta(days=13))
    make(staff, label="Laptop", kind="publishable", scopes=frozenset({"consents"}), test=True)
    ways: dict[str, dict[str, Any]] = {
        "Over": {"expires_at": now},
        "Lost": {"revoked_at": now},
        "Gone": {"site": "kiosk"},
    }
    for label, change in ways.items():
        Key.objects.filter(pk=make(staff, label=label).key.pk).update(**change)
    client = enter(staff, "auditor")
    text = client.get(SITES).text
    for words in ("✓</span> works", "○</span> ends soon", "□</span> ended", "■</span> revoked"):
        assert words in text
    assert "test mode" in text
    folded = text.partition("<details")[2].partition("</details>")[0]
    assert "2 keys that have ended" in folded
    assert "Over" in folded
    assert "Lost" in folded
    gone = text.partition("Of sites the policy tells of no more")[2]
    assert "kiosk" in gone
    assert "✗</span> refused" in gone
    for key in Key.objects.all():
        assert client.get(reverse("key", args=[key.pk])).status_code == 200


def test_of_many_keys_some_are_found(staff: House) -> None:
    for number in range(9):
        make(staff, label=f"Shop {number}")
    Key.objects.filter(label="Shop 3").update(last_used_at=datetime.now(UTC))
    Key.objects.filter(label="Shop 4").update(revoked_at=datetime.now(UTC))
    client = enter(staff, "security")

    def found(query: str) -> set[str]:
        return set(re.findall(r">(Shop \d)</a>", client.get(f"{SITES}?{query}").text))

    assert 'role="search"' in client.get(SITES).text
    assert found("q=SHOP+7") == {"Shop 7"}
    assert found("state=ended") == {"Shop 4"}
    assert found("state=never") == {f"Shop {n}" for n in range(9) if n not in {3, 4}}
    assert len(found("state=nonsense")) == 9
    assert "No key fits that." in client.get(f"{SITES}?q=nothing").text


def test_the_page_asks_the_database_no_more_for_more_keys(
    staff: House, django_assert_max_num_queries: Any
) -> None:
    client = enter(staff, "engineer")
    for number in range(12):
        made = make(staff, label=f"Shop {number}")
        act(
            staff["engineer"],
            keys.rotate,
            made.key.pk,
            timedelta(days=1),
            "",
            at=datetime.now(UTC),
        )
    client.get(SITES)
    with django_assert_max_num_queries(30):
        client.get(SITES)


@pytest.mark.parametrize(
    ("lang", "none", "says"),
    [
        ("en", "set people_oidc_issuer and", "Users sign in at https://login.example.com."),
        ("zh", "请设置 people_oidc_issuer", "用户在 https://login.example.com 登录。"),
    ],
)
def test_where_users_sign_in_is_told(
    staff: House, settings: Any, lang: str, none: str, says: str
) -> None:
    client = proved(staff, "engineer")
    assert none in page_of(client.get(f"{SITES}?lang={lang}")).text
    settings.TROTH_PEOPLE_ISSUER = Issuer(
        issuer="https://login.example.com", clients=frozenset({"shop-page", "shop-app"})
    )
    told = page_of(client.get(f"{SITES}?lang={lang}")).text
    assert says in told
    assert re.search(r"shop-app(, |、)shop-page", told)
    assert none not in told


@pytest.mark.parametrize("role", ROLES)
def test_who_may_see_keys_and_who_may_make_them(staff: House, role: Role) -> None:
    old, client = make(staff), proved(staff, role)
    rotating, revoking = (reverse(f"key-{do}", args=[old.key.pk]) for do in ("rotate", "revoke"))
    seen = client.get(SITES)
    assert (seen.status_code == 200) is (role in SEE)
    assert (NEW in seen.text) is (role in RUN)
    page = client.get(reverse("key", args=[old.key.pk]))
    assert (page.status_code == 200) is (role in SEE)
    assert (revoking in page.text) is (role in RUN)
    assert (client.get(NEW).status_code == 200) is (role in RUN)
    assert (client.post(NEW, given(label="Other")).status_code == 200) is (role in RUN)
    assert Key.objects.count() == (2 if role in RUN else 1)
    assert (client.post(rotating, {"overlap": "3600"}).status_code == 200) is (role in RUN)
    assert client.post(revoking).status_code == (302 if role in RUN else 403)
    old.key.refresh_from_db()
    assert (old.key.revoked_at is not None) is (role in RUN)


def test_who_is_frozen_sees_keys_and_touches_none(staff: House) -> None:
    old = make(staff)
    frozen(staff["engineer"])
    client = proved(staff, "engineer")
    assert NEW not in client.get(SITES).text
    assert client.get(reverse("key", args=[old.key.pk])).status_code == 200
    answers = [
        client.get(NEW),
        client.post(NEW, given(label="Other")),
        client.post(reverse("key-rotate", args=[old.key.pk]), {"overlap": "0"}),
        client.post(reverse("key-revoke", args=[old.key.pk])),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert Key.objects.get() == old.key
    assert works(old.text)


def test_a_key_is_shown_once_and_stays_nowhere(staff: House) -> None:
    client = proved(staff, "engineer")
    with capture_logs() as logged:
        answer = client.post(NEW, given(until="2026-13-01"))
        assert answer.status_code == 422
        answer = client.post(NEW, given())
    text = shown_in(answer)
    assert works(text)
    assert "no-store" in answer["Cache-Control"]
    assert "Location" not in answer
    assert '$TROTH_KEY" --json' in unescape(answer.text)
    secret = text.split("_", 3)[3]  # which has an underscore itself now and then
    key = Key.objects.get()
    for place in (SITES, reverse("key", args=[key.pk]), NEW, "/console/ledger"):
        assert secret not in client.get(place).text
    assert secret not in str(logged)
    assert all(secret.encode() not in bytes(entry.body) for entry in Entry.objects.all())
    assert all(secret not in str(row.get_decoded()) for row in Session.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sites_key")
        assert secret not in str(cursor.fetchall())
    assert key.made_by == staff["engineer"].handle


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the policy of the house tell where its site is."""
    place = "{fill: address of the site, https://…}"
    monkeypatch.setattr(houses, "default_policy", lambda: edited(place, ORIGIN, "policy.toml"))


@pytest.mark.usefixtures("filled")
def test_a_publishable_key_has_origins_of_the_policy(staff: House) -> None:
    client = enter(staff, "engineer")
    assert f'value="{ORIGIN}"' in client.get(NEW).text
    sent = given(kind="publishable", scopes=["consents"], origins=[ORIGIN], until=LAST_DAY)
    answer = client.post(NEW, sent)
    text = shown_in(answer)
    assert f'-H "Origin: {ORIGIN}"' in unescape(answer.text)
    assert works(text, "consents", ORIGIN)
    assert not works(text, "consents", "https://evil.example.com")
    midnight = datetime.fromisoformat(f"{LAST_DAY}T00:00:00+00:00") + timedelta(days=1)
    assert Key.objects.get().expires_at == midnight


def test_a_test_key_may_be_of_any_origin(staff: House) -> None:
    more = "http://localhost:3000\nhttps://preview.example.com"
    sent = given(kind="publishable", scopes=["consents"], more=more, test="on")
    text = shown_in(enter(staff, "engineer").post(NEW, sent))
    assert text.startswith("troth_tpk_")
    assert works(text, "consents", "https://preview.example.com")


@pytest.mark.parametrize(
    ("sent", "field", "says"),
    [
        ({"kind": ""}, "kind", "Choose which kind of key it is."),
        ({"kind": "other"}, "kind", "Select a valid choice"),
        ({"label": " "}, "label", "Name the key in 1 to 60 characters."),
        ({"label": "x" * 61}, "label", "Name the key in 1 to 60 characters."),
        ({"scopes": []}, "scopes", "A key of this kind may be given"),
        ({"kind": "publishable"}, "scopes", "A key of this kind may be given: consents."),
        ({"scopes": ["everything"]}, "scopes", "Select a valid choice"),
        ({"per_minute": "0"}, "per_minute", "Allow 1 to 100000 calls a minute."),
        ({"per_minute": ""}, "per_minute", "Allow 1 to 100000 calls a minute."),
        ({"per_minute": "many"}, "per_minute", "Enter a whole number."),
        ({"until": "2020-01-01"}, "until", "Let it end within two years from now."),
        ({"until": "tomorrow"}, "until", "Enter a valid date."),
        ({"more": ORIGIN}, "origins", "so it has no origins"),
        (
            {"kind": "publishable", "scopes": ["consents"], "more": ORIGIN},
            "origins",
            "The policy does not tell of",
        ),
        (
            {"kind": "publishable", "scopes": ["consents"], "more": "nonsense", "test": "on"},
            "origins",
            "is no origin",
        ),
        ({"origins": [ORIGIN]}, "origins", "Select a valid choice"),
        ({"more": "x" * 1_001}, "more", "at most 1000 characters"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field_and_nothing_is_lost(
    staff: House, sent: dict[str, Any], field: str, says: str
) -> None:
    answer = proved(staff, "engineer").post(NEW, given(**sent))
    assert answer.status_code == 422
    assert "No key was made" in answer.text
    beside = answer.text.partition(f'id="keyform_{field}_error"')[2].partition("</ul>")[0]
    assert says in unescape(beside)
    if "label" not in sent:
        assert 'value="Back end"' in answer.text
    assert not Key.objects.exists()


def test_a_site_that_the_policy_drops_meanwhile_is_told(staff: House) -> None:
    client = proved(staff, "engineer")
    answer = client.post("/console/sites/kiosk/new", given())
    assert answer.status_code == 422
    assert "add it as [site.kiosk]" in answer.text
    assert client.get("/console/sites/kiosk/new").status_code == 404
    assert not Key.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_key(staff: House) -> None:
    client = proved(staff, "engineer")
    assert client.post(NEW, given()).status_code == 200
    answer = client.post(NEW, given(label="  Back   end "))
    assert answer.status_code == 422
    assert "A key of that name works already" in answer.text
    assert client.post(NEW, given(test="on")).status_code == 200
    assert Key.objects.count() == 2


def test_a_secret_live_key_asks_who_one_is_and_what_was_filled_in_stays(staff: House) -> None:
    client = enter(staff, "engineer")
    sent = given(scopes=["records", "uses"], per_minute="42", until=LAST_DAY)
    asked = client.post(NEW, sent)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/console/confirm?next=")
    assert not Key.objects.exists()
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    assert "csrf" not in back
    page = proved(staff, "engineer").get(back)
    assert "please do it again" in page.text
    inputs = page_of(page).all("input")
    ticked = {one["value"] for one in inputs if "checked" in one}
    assert ticked == {"secret", "records", "uses"}
    values = {one.get("name"): one.get("value") for one in inputs}
    assert (values["label"], values["per_minute"]) == ("Back end", "42")
    assert values["until"] == LAST_DAY


@pytest.mark.parametrize(
    ("site", "mild"),
    [("main", {"test": "on"}), ("app", {"kind": "publishable", "scopes": ["consents"]})],
)
def test_any_other_key_asks_for_no_proof(staff: House, site: str, mild: dict[str, Any]) -> None:
    answer = enter(staff, "engineer").post(reverse("key-new", args=[site]), given(**mild))
    assert answer.status_code == 200
    rotating = reverse("key-rotate", args=[Key.objects.get().pk])
    assert enter(staff, "owner").post(rotating, {"overlap": "0"}).status_code == 200
