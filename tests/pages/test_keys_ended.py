"""Keys are rotated and revoked in the console, by who may, who proves it, and once."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.house import House
from tests.pages.keyed import NEW, SITES, given, make, shown_in, works
from tests.pages.staffed import enter, proved
from troth.sites.models import Key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection")]


def test_rotating_and_revoking_ask_who_one_is(staff: House) -> None:
    old, client = make(staff), enter(staff, "engineer")
    page = client.get(reverse("key", args=[old.key.pk])).text
    assert page.count("/console/confirm?next=") == 2
    for do in ("rotate", "revoke"):
        asked = client.post(reverse(f"key-{do}", args=[old.key.pk]), {"overlap": "0"})
        assert asked["Location"].startswith("/console/confirm?next=")
        back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
        assert back == f"/console/sites/keys/{old.key.pk}?due=1"
        assert "please do it again" in client.get(back).text
    assert Key.objects.get() == old.key
    assert works(old.text)


def test_a_key_is_rotated_and_the_old_one_works_on(staff: House) -> None:
    old, client = make(staff), proved(staff, "engineer")
    answer = client.post(reverse("key-rotate", args=[old.key.pk]), {"overlap": "3600"})
    text = shown_in(answer)
    assert "no-store" in answer["Cache-Control"]
    assert "that one ends on" in answer.text
    assert works(text)
    assert works(old.text)
    new = Key.objects.get(replaces=old.key)
    page = client.get(reverse("key", args=[old.key.pk])).text
    assert "ends soon" in page
    assert reverse("key", args=[new.pk]) in page
    assert "another was made for it" in client.get(SITES).text
    at_once = client.post(reverse("key-rotate", args=[new.pk]), {"overlap": "0"})
    assert "has ended already" in at_once.text
    assert not works(text)
    assert works(shown_in(at_once))


def test_of_two_who_rotate_a_key_the_second_is_told(staff: House) -> None:
    old, client = make(staff), proved(staff, "engineer")
    place = reverse("key-rotate", args=[old.key.pk])
    assert (
        proved(staff, "security").post(place, {"overlap": "86400", "seen": ""}).status_code == 200
    )
    told = client.post(place, {"overlap": "86400", "seen": ""}, follow=True)
    assert "Somebody has dealt with this key meanwhile" in told.text
    assert Key.objects.count() == 2
    seen = re.findall(r'name="seen" value="([a-z2-9]{12})"', told.text)[0]
    assert client.post(place, {"overlap": "86400", "seen": seen}).status_code == 200


@pytest.mark.parametrize("overlap", ["", "5", "never"])
def test_an_overlap_that_is_not_offered_is_refused(staff: House, overlap: str) -> None:
    old = make(staff)
    place = reverse("key-rotate", args=[old.key.pk])
    answer = proved(staff, "engineer").post(place, {"overlap": overlap})
    assert answer.status_code == 422
    assert 'id="rotateform_overlap_error"' in answer.text
    assert Key.objects.get() == old.key


def test_a_key_is_revoked_once_and_says_before_what_stops(staff: House) -> None:
    old, client = make(staff), proved(staff, "engineer")
    page = client.get(reverse("key", args=[old.key.pk])).text
    sure = page.partition('<details class="sure"')[2].partition("</details>")[0]
    assert "This stops at once:" in sure
    assert "Nothing has used it so far." in sure
    place = reverse("key-revoke", args=[old.key.pk])
    told = client.post(place, follow=True)
    assert "The key is revoked." in told.text
    assert place not in told.text
    assert not works(old.text)
    again = client.post(place, follow=True)
    assert "Somebody has dealt with this key meanwhile" in again.text
    late = client.post(reverse("key-rotate", args=[old.key.pk]), {"overlap": "0"}, follow=True)
    assert "Somebody has dealt with this key meanwhile" in late.text
    assert Key.objects.count() == 1


def test_a_key_of_a_site_that_is_gone_is_revoked_and_not_rotated(staff: House) -> None:
    old, client = make(staff), proved(staff, "engineer")
    Key.objects.update(site="kiosk")
    answer = client.post(reverse("key-rotate", args=[old.key.pk]), {"overlap": "0"})
    assert answer.status_code == 422
    assert "add it as [site.kiosk]" in answer.text
    assert client.post(reverse("key-revoke", args=[old.key.pk])).status_code == 302
    assert Key.objects.get().revoked_at is not None


def test_without_the_token_of_the_form_nothing_is_done(staff: House) -> None:
    old = make(staff)
    client = Client(enforce_csrf_checks=True)
    client.cookies = proved(staff, "engineer").cookies
    for place in (NEW, *(reverse(f"key-{do}", args=[old.key.pk]) for do in ("rotate", "revoke"))):
        assert client.post(place, given(overlap="0", label="Other")).status_code == 403
    assert Key.objects.get().revoked_at is None


def test_what_is_not_there_is_not_there(staff: House) -> None:
    client = proved(staff, "owner")
    for place in ("keys/nothing", "nothing/new"):
        assert client.get(f"{SITES}/{place}").status_code == 404
    for do in ("rotate", "revoke"):
        assert client.post(f"{SITES}/keys/nothing/{do}").status_code == 404
        assert (
            client.get(reverse(f"key-{do}", args=[make(staff, label=do).key.pk])).status_code == 405
        )
