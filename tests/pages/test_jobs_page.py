"""The page of jobs: what comes round, what failed and can be tried again, what to look at."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.jobs.cast import STORE, job, nothing, table
from tests.pages.html import page_of
from troth.site.background import known_jobs
from troth.store import SYSTEM, Tx, transact, transact_on
from troth.store.jobs import enqueue, plan
from troth.store.jobs_ahead import put_right
from troth.store.jobs_lease import JOB_FAILED, take
from troth.store.jobs_worker import do, do_due
from troth.store.models import DROPPED, FAILED, WAITING, QueuedJob
from troth.store.signals import PAGE_ROWS, open_signals, raise_signal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def fail(_: Tx, incident: int) -> None:
    raise RuntimeError(f"somebody@example.com {incident}")


FAILING = table(job("test.fail", fail, attempts=1))


@pytest.fixture
def failed() -> QueuedJob:
    """Leave a job that has failed."""
    transact(enqueue, "test.fail", {"incident": 7})
    do_due(STORE, FAILING)
    return QueuedJob.objects.get(state=FAILED)


def text(member: Client, lang: str = "en", path: str = "/console/jobs") -> str:
    return page_of(member.get(path, headers={"accept-language": lang})).text


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "en",
            ["every 15 seconds", "every hour", "not yet", "Nothing has failed.", "Jobs are due"],
        ),
        ("zh", ["每 15 秒", "每 1 小时", "尚未执行", "没有失败的任务。", "有任务到期却无人执行"]),
    ],
)
def test_before_any_worker_ran_it_says_that_nobody_works(
    member: Client, lang: str, says: list[str]
) -> None:
    shown = text(member, lang)
    for sentence in says:
        assert sentence in shown


def test_what_was_done_is_shown_with_how_long_it_took(member: Client) -> None:
    names = {"store.sweep": known_jobs()["store.sweep"]}
    transact(plan, known_jobs())
    taken = transact(take, names)
    assert taken is not None
    do(STORE, names["store.sweep"], taken)
    shown = text(member)
    assert "✓ done" in shown
    assert " ms" in shown
    assert "Jobs are due that nobody does" not in shown


def test_when_all_is_late_it_says_that_nobody_works(member: Client) -> None:
    transact_on(STORE, SYSTEM, datetime.now(UTC) - timedelta(hours=1), plan, known_jobs())
    assert "late" in text(member)
    assert "Jobs are due that nobody does" in text(member)


def test_what_a_clock_that_was_ahead_has_written_is_due_now(member: Client) -> None:
    now = datetime.now(UTC)
    ahead = now + timedelta(days=3 * 365)
    transact_on(STORE, SYSTEM, ahead, plan, known_jobs())
    shown = text(member)
    assert "late" in shown
    assert "Jobs are due that nobody does" in shown
    assert str(ahead.year) not in shown
    transact_on(STORE, SYSTEM, now, put_right)
    assert "Jobs are due that nobody does" not in text(member)


def test_a_failed_job_is_told_with_its_error_and_its_signal(
    member: Client, failed: QueuedJob
) -> None:
    shown = text(member)
    assert failed.name in shown
    assert "incident: 7" in shown
    assert "RuntimeError" in shown
    assert "somebody@example.com" not in shown
    assert "The job test.fail failed (RuntimeError)." in shown
    assert "任务 test.fail 失败（RuntimeError）。" in text(member, "zh")


def test_it_is_tried_again(member: Client, failed: QueuedJob) -> None:
    answer = member.post(f"/console/jobs/{failed.pk}/again")
    assert (answer.status_code, answer["Location"]) == (302, "/console/jobs")
    failed.refresh_from_db()
    assert failed.state == WAITING
    assert open_signals(kind=JOB_FAILED).count == 0


def test_it_is_let_go_by_the_member_who_says_so(member: Client, failed: QueuedJob) -> None:
    assert member.post(f"/console/jobs/{failed.pk}/let-go").status_code == 302
    assert member.post(f"/console/jobs/{failed.pk}/let-go").status_code == 302
    failed.refresh_from_db()
    assert failed.state == DROPPED
    assert "Nothing has failed." in text(member)


def test_a_signal_is_closed(member: Client) -> None:
    transact(raise_signal, "undeclared", "cookie", {"name": "<b>x</b>"})
    (signal,) = open_signals().rows
    assert "name: <b>x</b>" in text(member)
    assert member.post(f"/console/signals/{signal.pk}/close").status_code == 302
    signal.refresh_from_db()
    assert signal.closed_by.startswith("owner")
    assert "There is nothing to look at." in text(member)


def test_many_signals_come_in_pages(member: Client) -> None:
    for number in range(PAGE_ROWS + 1):
        transact(raise_signal, "undeclared", f"k{number}")
    first, last = text(member), text(member, path="/console/jobs?page=2")
    assert ("Older signals" in first, "Newer signals" in first) == (True, False)
    assert ("Older signals" in last, "Newer signals" in last) == (False, True)
    for asked in ("99999999999999999999", "0", "x", "²"):
        assert member.get(f"/console/jobs?page={asked}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/console/jobs/1/again", "/console/jobs/1/let-go", "/console/signals/1/close"]
)
def test_strangers_and_forged_forms_change_nothing(member: Client, path: str) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = member.cookies
    assert Client().post(path).status_code == 302
    assert Client().post(path)["Location"].startswith("/console/sign-in")
    assert forged.post(path).status_code == 403
    assert member.get(path).status_code == 405


def test_strangers_are_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/console/jobs")["Location"].startswith("/console/sign-in")


def test_a_row_that_never_was_is_no_error(member: Client) -> None:
    assert member.post("/console/jobs/999999999999999999/again").status_code == 302
    assert member.post("/console/jobs/9999999999999999999999/again").status_code == 404


def test_jobs_of_tests_are_not_shown_as_coming_round(member: Client) -> None:
    transact(plan, table(job("test.round", nothing, period=timedelta(days=1))))
    assert "Does test.round" not in text(member)
