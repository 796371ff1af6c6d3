"""The pages of mail: what waits and failed, each mail in both languages, versions kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from tests.pages.html import page_of
from tests.people.factor import give_factor
from troth import vault
from troth.access.models import Member, MemberRole
from troth.access.roles import PRIVACY_OFFICER, ROLES, Role
from troth.notices.models import Wording
from troth.notices.wording import default_of, samples_of
from troth.people.mail import KIND, Letter, Mail, known_mails, letter_of, post
from troth.people.models import Account, new_handle
from troth.people.values import Under, replace
from troth.store import transact
from troth.store.models import DEAD, DROPPED, WAITING, OutboxRow, QueuedJob
from troth.store.outbox import waits
from troth.vault import PersonId
from troth.wire.smtp_server import SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
NAME: Final = "access.invited"
UNDER: Final = Under("staff-account", "staff-access", "direct", frozenset({"handle", "password"}))
ADDRESS: Final = "canary-77@example.invalid"


@pytest.fixture
def invited() -> Mail:
    return known_mails()[NAME]


def give_address(account: Account) -> PersonId:
    person = vault.new_person()
    vault.prepare([person])
    transact(replace, "test.address", person, {"email": ADDRESS}, UNDER)
    Account.objects.filter(pk=account.pk).update(person=person)
    return person


def as_role(role: Role) -> Client:
    now = datetime.now(UTC)
    account = Account(handle=new_handle(role), created_at=now)
    account.set_unusable_password()
    account.save()
    member = Member.objects.create(account=account, since=now)
    MemberRole.objects.create(member=member, role=role, since=now, given_by="test")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    give_factor(account)
    client.force_login(account)
    return client


def text(browser: Client, path: str = "/console/mail", lang: str = "en") -> str:
    return page_of(browser.get(path, headers={"accept-language": lang})).text


def sent(mail: Mail, do: str, after: int = 0, **edits: str) -> dict[str, Any]:
    """What the form sends: the wording it came with, edited."""
    came = default_of(mail)
    fields = {
        "subject_zh": came.zh.subject,
        "body_zh": came.zh.body,
        "subject_en": came.en.subject,
        "body_en": came.en.body,
    }
    return {**fields, **edits, "do": do, "after": after}


def kill_one(mail: Mail, error: str = "MailboxRefusedError") -> OutboxRow:
    """Leave a mail that could not be delivered."""
    person = give_address(Account.objects.order_by("id")[0])
    transact(post, person, mail.name, samples_of(mail), "k")
    OutboxRow.objects.update(state=DEAD, last_error=error, ended_at=datetime.now(UTC), attempts=3)
    return OutboxRow.objects.get()


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["Mail waits: no mail server is set", "Everything that was sent was taken."]),
        ("zh", ["邮件正在等待：尚未设置邮件服务器", "已发出的邮件均被接收。"]),
    ],
)
def test_without_a_server_it_says_that_mail_waits_and_how_to_mend_it(
    member: Client, invited: Mail, lang: str, says: list[str]
) -> None:
    shown = text(member, lang=lang)
    for sentence in says:
        assert sentence in shown
    assert "smtp_url" in shown
    assert invited.name in shown


def test_with_a_server_it_says_which_and_what_is_wrong_with_it(
    member: Client, settings: Any
) -> None:
    settings.TROTH_SMTP_SERVER = lambda: SmtpServer(
        "mail.example.com", 587, "starttls", "u", "hush"
    )
    settings.TROTH_MAIL_FROM = "Example Company <privacy@example.com>"
    shown = text(member)
    assert "mail.example.com:587" in shown
    assert "hush" not in shown
    assert "does not go out" not in shown
    now = datetime.now(UTC)
    QueuedJob.objects.create(
        name="notices.send-mail", key="periodic", due_at=now, created_at=now,
        last_error="SignInRefusedError", period_seconds=60,
    )  # fmt: skip
    assert "The mail server refuses user or password." in text(member)


def test_a_password_file_that_is_gone_is_told(member: Client, settings: Any) -> None:
    def gone() -> SmtpServer:
        raise FileNotFoundError("/run/secrets/canary")

    settings.TROTH_SMTP_SERVER = gone
    settings.TROTH_MAIL_FROM = "privacy@example.com"
    shown = text(member)
    assert "The file with the password is not there." in shown
    assert "canary" not in shown


def test_what_waits_and_failed_is_counted_and_no_address_shown(
    member: Client, invited: Mail
) -> None:
    kill_one(invited)
    for lang in ("en", "zh"):
        shown = text(member, lang=lang)
        assert "canary" not in shown
    assert "The receiving server takes no mail to this address." in text(member)


def test_a_mail_that_failed_is_tried_again_or_let_go(member: Client, invited: Mail) -> None:
    row = kill_one(invited)
    answer = member.post(f"/console/mail/outbox/{row.pk}/again", follow=True)
    assert "It is tried again now." in page_of(answer).text
    assert OutboxRow.objects.get().state == WAITING
    OutboxRow.objects.update(state=DEAD)
    answer = member.post(f"/console/mail/outbox/{row.pk}/let-go", follow=True)
    assert "It was let go" in page_of(answer).text
    assert (OutboxRow.objects.get().state, bytes(OutboxRow.objects.get().body)) == (DROPPED, b"")
    answer = member.post(f"/console/mail/outbox/{row.pk}/again", follow=True)
    assert "Somebody has dealt with it already." in page_of(answer).text


def test_a_mail_shows_both_languages_its_places_and_how_it_arrives(
    member: Client, invited: Mail
) -> None:
    page = page_of(member.get(f"/console/mail/{NAME}"))
    areas = page.all("textarea")
    assert [area["lang"] for area in areas] == ["zh-Hans", "en"]
    for place in invited.places:
        assert f"%({place})s" in page.text
    assert samples_of(invited)["link"] in page.text
    assert "English below" in page.text


def test_the_preview_saves_nothing(member: Client, invited: Mail) -> None:
    answer = member.post(f"/console/mail/{NAME}", sent(invited, "preview", subject_en="Do come in"))
    shown = page_of(answer).text
    assert answer.status_code == 200
    assert "Do come in" in shown
    assert "Not saved yet" in shown
    assert not Wording.objects.exists()


def test_a_wording_is_saved_kept_as_a_version_and_taken_back(member: Client, invited: Mail) -> None:
    path = f"/console/mail/{NAME}"
    answer = member.post(path, sent(invited, "save", subject_en="Do come in"), follow=True)
    assert "Saved." in page_of(answer).text
    first = Wording.objects.get()
    again = member.post(
        path, sent(invited, "save", first.pk, subject_en="Come in, please"), follow=True
    )
    assert "Saved." in page_of(again).text
    assert "Come in, please" in text(member)
    earlier = text(member, f"{path}?from={first.pk}")
    assert "This is an earlier wording." in earlier
    answer = member.post(f"{path}/restore", follow=True)
    assert "It reads again as it came." in page_of(answer).text
    assert Wording.objects.count() == 3
    assert "as it came" in text(member)


def test_line_breaks_of_a_browser_are_no_change(member: Client, invited: Mail) -> None:
    body = default_of(invited).en.body.replace("\n", "\r\n")
    answer = member.post(f"/console/mail/{NAME}", sent(invited, "save", body_en=body), follow=True)
    assert "nothing was changed" in page_of(answer).text
    assert not Wording.objects.exists()


@pytest.mark.parametrize("do", ["save", "preview"])
def test_an_unknown_or_missing_place_is_refused_by_name_and_nothing_is_lost(
    member: Client, invited: Mail, do: str
) -> None:
    answer = member.post(
        f"/console/mail/{NAME}", sent(invited, do, body_en="Hello %(nome)s, my own words")
    )
    assert answer.status_code == 422
    shown = page_of(answer).text
    assert "This mail has no place %(nome)" in shown
    assert "The place %(link)s is missing" in shown
    assert "my own words" in shown
    assert not Wording.objects.exists()


def test_two_who_write_at_once_are_told_and_keep_their_words(member: Client, invited: Mail) -> None:
    path = f"/console/mail/{NAME}"
    member.post(path, sent(invited, "save", subject_en="First"))
    answer = member.post(path, sent(invited, "save", subject_en="Second"))
    assert answer.status_code == 422
    shown = page_of(answer)
    assert "Somebody saved another wording meanwhile" in shown.text
    after = next(i for i in shown.all("input") if i.get("name") == "after")["value"]
    member.post(path, sent(invited, "save", int(after), subject_en="Second"))
    assert Wording.objects.count() == 2


def test_a_trial_goes_to_the_member_herself(member: Client) -> None:
    path = f"/console/mail/{NAME}"
    answer = member.post(f"{path}/trial", follow=True)
    assert "You have given no address" in page_of(answer).text
    person = give_address(Account.objects.order_by("id")[0])
    assert "Send me a trial" in text(member, path)
    answer = member.post(f"{path}/trial", follow=True)
    assert "on its way to your own address" in page_of(answer).text
    letter: Letter = letter_of(bytes(OutboxRow.objects.get().body))
    assert (letter.person, letter.trial) == (person, True)
    for _ in range(10):
        answer = member.post(f"{path}/trial", follow=True)
    assert "many in a short time" in page_of(answer).text
    assert waits(kind=KIND) <= 10


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_edit_mail_sees_or_does_anything(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy the console shows
    invited: Mail,
    role: Role,
) -> None:
    browser = as_role(role)
    allowed = role in {"owner", PRIVACY_OFFICER}
    for path in ("/console/mail", f"/console/mail/{NAME}"):
        assert browser.get(path).status_code == (200 if allowed else 403)
    tries = {
        f"/console/mail/{NAME}": sent(invited, "save", subject_en="x"),
        f"/console/mail/{NAME}/restore": {},
        f"/console/mail/{NAME}/trial": {},
        "/console/mail/outbox/1/again": {},
        "/console/mail/outbox/1/let-go": {},
    }
    for path, given in tries.items():
        assert browser.post(path, given).status_code == (302 if allowed else 403)
    assert Wording.objects.exists() == allowed


def test_a_mail_that_is_none_is_not_found(member: Client) -> None:
    for path in ("/console/mail/access.nothing", "/console/mail/%3Cscript%3E"):
        assert member.get(path).status_code == 404
    assert member.post("/console/mail/access.nothing/restore").status_code == 404
    assert member.get(f"/console/mail/{NAME}?from=99999&done=nonsense").status_code == 200


def test_what_is_written_is_shown_as_text(member: Client, invited: Mail) -> None:
    attack = "<script>alert(1)</script>"
    body = default_of(invited).en.body + attack
    answer = member.post(f"/console/mail/{NAME}", sent(invited, "preview", body_en=body))
    assert attack not in answer.content.decode()
    assert "&lt;script&gt;" in answer.content.decode()


def test_a_dead_mail_of_another_release_is_told(member: Client, invited: Mail) -> None:
    kill_one(invited)
    OutboxRow.objects.update(body=b"{}", last_error="SomethingElse")
    shown = text(member)
    assert "A mail that cannot be read" in shown
    assert "SomethingElse" in shown
