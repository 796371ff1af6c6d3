"""Records in the console: who may look, what is shown and told in words, and no value anywhere."""

import json
import re
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.access.house import House, frozen
from tests.api.cast import Outside
from tests.pages.html import page_of
from tests.pages.keyed import make
from tests.pages.recorded import DAY, RECORDS, TOLD, before, handed_in, message, subjects, take
from tests.pages.staffed import enter
from troth.access.roles import ROLES, Role
from troth.collection import facts
from troth.collection.codes import SAYS
from troth.collection.models import Record, Refusal
from troth.people import erasure
from troth.sites.models import Key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection"), pytest.mark.slow]
SEE: Final = frozenset({"owner", "privacy-officer", "security", "auditor", "engineer"})


@pytest.fixture
def shop(staff: House) -> tuple[Key, Key]:
    return handed_in(staff)


@pytest.fixture
def client(staff: House) -> Client:
    return enter(staff, "engineer")


def table(text: str, class_: str) -> str:
    """Return a table of the page, without its head."""
    found = text.partition(f'class="grid {class_}"')[2].partition("<tbody")[2]
    return found.partition("</tbody>")[0]


@pytest.mark.parametrize("role", ROLES)
def test_who_watches_and_who_runs_it_may_look(staff: House, role: Role) -> None:
    answer = enter(staff, role).get(RECORDS)
    assert answer.status_code == (200 if role in SEE else 403)
    assert (f'href="{RECORDS}"' in enter(staff, role).get("/console/").text) is (role in SEE)


def test_who_is_frozen_may_look_on(staff: House) -> None:
    frozen(staff["engineer"])
    assert enter(staff, "engineer").get(RECORDS).status_code == 200


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", ["Nothing was handed in yet", "Send a first record."]), ("zh", ["尚未提交任何信息"])],
)
def test_before_a_first_record_the_page_says_how_to_send_one(
    staff: House, lang: str, says: list[str]
) -> None:
    text = page_of(enter(staff, "engineer", lang).get(RECORDS)).text
    for words in says:
        assert words in text
    sample = re.search(r"--json '(\{.*\})'", text)
    assert sample is not None
    told = Outside(make(staff)).post("/v1/records", json.loads(sample[1]))
    assert told.status_code == 201, told.content
    shown = enter(staff, "engineer").get(RECORDS).text
    assert "Nothing was handed in yet" not in shown
    assert f'href="/console/ledger?entry={Record.objects.get().pk.hex}"' in shown


def test_what_came_in_is_counted_by_kind_with_purpose_source_and_key(
    client: Client, shop: tuple[Key, Key]
) -> None:
    row = table(client.get(RECORDS).text, "kinds")
    told = page_of(client.get(RECORDS)).text
    assert row.count("<tr") == 1
    for words in ("Messages you send to us", "customer support", "Given by you directly"):
        assert words in row
    for key in shop:
        assert f'href="/console/sites/keys/{key.pk}">{key.label}</a>' in row
    assert ">93<" in re.sub(r"\s", "", row)
    assert "at most 18 a day" in told


def test_figures_of_fewer_than_five_are_not_shown(staff: House, client: Client) -> None:
    key, many = make(staff).key, subjects(4)
    for person in many:
        take(key, message(person), message(person))
    before(3, Record.objects.all()[0], *many)
    text = client.get(RECORDS).text
    assert table(text, "kinds").count("fewer than 5") == 2
    assert text.partition("people they are of")[2].partition("</div>")[0].count("fewer than 5") == 1
    assert table(text, "tight").count("fewer than 5") == 2
    assert text.count('<rect class="few"') == 2
    assert not re.search(r">\s*(4|8|12)\s*<", text)
    take(key, message(subjects(1)[0]))
    assert "fewer than 5" not in table(client.get(RECORDS).text, "kinds")


def test_a_day_alone_is_no_picture(staff: House, client: Client) -> None:
    take(make(staff).key, message(subjects(1)[0]))
    assert "<svg" not in client.get(RECORDS).text
    before(1, Record.objects.get(), *subjects(1))
    assert client.get(RECORDS).text.count("<svg") == 2
    assert "<svg" not in client.get(f"{RECORDS}?purpose=rights").text


def test_refusals_are_told_in_words_with_fields_sentence_and_key(
    client: Client, shop: tuple[Key, Key]
) -> None:
    back, nightly = shop
    rows = table(client.get(RECORDS).text, "refusals").split("<tr")[1:]
    assert len(rows) == 3
    assert "does not tell of the field shoe_size." in rows[0]
    assert "field-undeclared" in rows[0]
    assert 'statement=collection.definition#collection.definition"' in rows[0]
    assert f"/console/sites/keys/{nightly.pk}" in rows[0]
    assert ">3</td>" in rows[0]
    assert "The field text takes no value as long as that." in "".join(rows)
    assert "horoscope" in "".join(rows)
    assert client.get("/console/?statement=collection.definition").status_code == 200
    assert len(table(client.get(f"{RECORDS}?key={back.pk}").text, "refusals").split("<tr")) == 2


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_its_words_and_rarer_reasons_are_folded(staff: House, lang: str) -> None:
    told = Refusal.objects.values().exclude(fields="")[0]
    Refusal.objects.all().delete()
    for number, code in enumerate([*SAYS, "code-of-a-later-release"]):
        Refusal.objects.create(**{**told, "id": None, "code": code, "times": 100 - number})
    text = enter(staff, "auditor", lang).get(RECORDS).text
    for code in SAYS:
        assert f"<code>{code}</code>" in text
    assert "code-of-a-later-release" in text
    folded = text.partition('id="_refused"')[2].partition("<details")[2].partition("</details>")[0]
    assert folded.count("<tr") == 1 + len(SAYS) + 1 - 12
    assert ("policy tells of no such data" in text) is (lang == "en")


def test_records_are_listed_newest_first_without_values(
    client: Client, shop: tuple[Key, Key]
) -> None:
    text = client.get(RECORDS).text
    rows = table(text, "newest").split("<tr")[1:]
    assert len(rows) == facts.PAGE_ROWS
    newest = Record.objects.filter(key=shop[1].pk)[0]
    assert f"/console/ledger?entry={newest.pk.hex}" in rows[0]
    assert "Question or information" in rows[0]
    assert 'href="/history/1"' in rows[0]
    assert "The web site and this privacy server" in rows[0]
    pseudonym = re.search(r'href="/console/access/persons/([a-z0-9-]+)"', rows[0])
    assert pseudonym is not None
    assert len(pseudonym[1]) > 10
    assert pseudonym[1][:10] + "…" in rows[0]
    entry = client.get(f"/console/ledger?entry={newest.pk.hex}").text
    assert entry.count('class="kind"') == 1
    assert "collection.recorded" in entry
    assert client.get("/console/ledger?entry=nonsense").text.count('class="kind"') > 1
    assert newest.person not in text
    for place in ("", "?days=7", "?days=90", "?page=2", f"?key={shop[0].pk}"):
        shown = client.get(RECORDS + place).text
        assert TOLD not in shown
        assert "xxx" not in shown


def test_who_was_erased_is_nobody_and_a_record_without_its_entry_is_told(
    staff: House, client: Client
) -> None:
    person = subjects(1)[0]
    take(make(staff).key, message(person))
    told = Record.objects.values().get()
    Record.objects.create(**{**told, "id": uuid4(), "at": told["at"] - DAY})
    entered, without = table(client.get(RECORDS).text, "newest").split("<tr")[1:]
    assert "no entry" in without
    assert "no entry" not in entered
    erasure.erase(person, "asked")
    assert table(client.get(RECORDS).text, "newest").count("erased") == 2


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"purpose": "rights"}, 1),
        ({"purpose": "support", "category": "contact-message"}, 25),
        ({"source": "usage"}, 0),
        ({"site": "app"}, 0),
        ({"site": "main"}, 25),
        ({"category": "<b>nonsense</b>"}, 0),
        ({"key": "nobodysnokey"}, 0),
    ],
)
def test_records_are_found_by_each_name_which_stays_in_the_address(
    client: Client, asked: dict[str, str], count: int
) -> None:
    answer = client.get(RECORDS, {**asked, "days": "7", "other": "thing"})
    assert table(answer.text, "newest").count("<tr") == count
    assert ("No record fits that." in answer.text) is (count == 0)
    page = page_of(answer)
    for value in asked.values():
        assert "<b>" not in answer.text
        chosen = re.findall(r'<option value="([^"]+)" selected', answer.text)
        assert escape(value) in chosen
    assert page.all("input", name="days") == [{"type": "hidden", "name": "days", "value": "7"}]
    links = [one["href"] for one in page.all("a") if "days=90" in one["href"]]
    assert len(links) == 1
    assert all(f"{name}=" in links[0] for name in asked)
    assert "other" not in "".join(one["href"] for one in page.all("a"))
    beyond = "Refusals are counted by kind of data and key" in answer.text
    assert beyond is bool(asked.keys() & {"purpose", "source"})


def test_one_turns_pages_and_keeps_what_was_asked(client: Client, shop: tuple[Key, Key]) -> None:
    back = f"key={shop[0].pk}"
    first = page_of(client.get(f"{RECORDS}?days=90&{back}"))
    (older,) = first.all("a", rel="next")
    assert f"{back}&page=2" in older["href"]
    last = page_of(client.get(f"{RECORDS}?days=90&{back}&page=999"))
    assert not last.all("a", rel="next")
    (newer,) = last.all("a", rel="prev")
    assert newer["href"].endswith(f"{back}&page=3#_newest")
    assert client.get(f"{RECORDS}?page=nonsense&days=8").status_code == 200


def test_the_page_of_a_key_leads_to_its_records(
    staff: House, client: Client, shop: tuple[Key, Key]
) -> None:
    to = f'href="{RECORDS}?key={shop[1].pk}"'
    assert to in client.get(reverse("key", args=[shop[1].pk])).text
    other: dict[str, Any] = {"label": "Choices", "scopes": frozenset({"consents"})}
    asks = client.get(reverse("key", args=[make(staff, **other).key.pk])).text
    assert "Records by this key" not in asks


@pytest.mark.usefixtures("shop")
def test_more_records_and_keys_ask_the_database_no_more(
    staff: House, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        take(make(staff, label=f"Shop {number}").key, message(subjects(1)[0]))
    client.get(RECORDS)
    with django_assert_max_num_queries(32):
        client.get(RECORDS)
