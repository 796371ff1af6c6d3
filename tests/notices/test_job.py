"""The job that sends: woken by a mail, idle without a server, and its failure a signal."""

import pytest
from pytest_django import Settings

from tests.jobs.cast import Clock
from tests.notices.cast import STORE, put_mail, somebody
from tests.wire.post_office import Office
from troth.notices.jobs import JOBS
from troth.people.mail import KIND, SENT_BY
from troth.store.jobs import table_of
from troth.store.jobs_lease import JOB_FAILED
from troth.store.jobs_worker import do_due
from troth.store.models import QueuedJob
from troth.store.outbox import waits
from troth.store.signals import open_signals
from troth.wire.smtp_server import SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "policy", "mails")]
TABLE = table_of(JOBS)


def at(server: SmtpServer | None, settings: Settings) -> None:
    settings.TROTH_SMTP_SERVER = lambda: server
    settings.TROTH_MAIL_FROM = "privacy@example.com"


def test_a_mail_is_sent_sooner_than_the_job_comes_round(
    office: Office, server: SmtpServer, settings: Settings
) -> None:
    at(server, settings)
    clock = Clock()
    do_due(STORE, TABLE, clock)
    assert do_due(STORE, TABLE, clock) == 0
    put_mail(somebody())
    assert do_due(STORE, TABLE, clock) == 1
    assert len(office.mails) == 1
    assert QueuedJob.objects.filter(name=SENT_BY).count() == 1


def test_a_mail_posted_before_any_worker_ran_makes_no_second_job(
    office: Office, server: SmtpServer, settings: Settings
) -> None:
    at(server, settings)
    put_mail(somebody())
    do_due(STORE, TABLE, Clock())
    assert len(office.mails) == 1
    row = QueuedJob.objects.get(name=SENT_BY)
    assert row.period_seconds == 60


def test_without_a_server_mail_waits(settings: Settings) -> None:
    at(None, settings)
    put_mail(somebody())
    do_due(STORE, TABLE, Clock())
    assert waits(kind=KIND) == 1
    assert open_signals().count == 0


def test_a_server_that_is_away_is_a_signal_until_it_is_back(
    office: Office, server: SmtpServer, settings: Settings
) -> None:
    at(SmtpServer("127.0.0.1", 1, "none"), settings)
    clock = Clock()
    put_mail(somebody())
    for _ in range(JOBS[0].attempts + 1):
        do_due(STORE, TABLE, clock)
        clock.go(hours=1)
    assert open_signals(kind=JOB_FAILED).count == 1
    assert waits(kind=KIND) == 1
    at(server, settings)
    do_due(STORE, TABLE, clock)
    assert (len(office.mails), waits(kind=KIND)) == (1, 0)
