"""Tables of work that waits: jobs, what is to leave this server, signals; and of answers given."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
DROPPED: Final = "dropped"
SENT: Final = "sent"
DEAD: Final = "dead"
UNFINISHED: Final = (WAITING, RUNNING)

NAME_LENGTH_MAX: Final = 100
KEY_LENGTH_MAX: Final = 200
LEASE_LENGTH: Final = 32
HASH_LENGTH: Final = 64
ERROR_LENGTH_MAX: Final = 100


class QueuedJob(models.Model):
    """One piece of work: `arguments` are small and hold ids only, never a value of a person.

    `due_at` is from when on a worker may take it: what was asked for, the end of a back-off, or,
    while it runs, the end of its lease. `lease` names that one taking and no other, so whoever
    lost it can't finish the job. `again` is set when the same key is asked for while it runs. A
    row with a `period_seconds` stands for a periodic job and is never done. `last_error` is the
    name of a type: what an error says may hold a value.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=KEY_LENGTH_MAX, null=True)  # noqa: DJ001 - no key is like no other
    state = models.CharField(max_length=8, default=WAITING)
    due_at = models.DateTimeField()
    period_seconds = models.FloatField(null=True)
    lease = models.CharField(max_length=LEASE_LENGTH, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    again = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=ERROR_LENGTH_MAX, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(null=True)

    class Meta:
        """Found by when it is due; one unfinished job a key."""

        db_table = "store_job"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="job_due", condition=Q(state__in=UNFINISHED)),
            models.Index(fields=["state", "finished_at"], name="job_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "key"], name="job_key_once", condition=Q(state__in=UNFINISHED)
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk} ({self.state})"


class OutboxRow(models.Model):
    """Something to be delivered outside, put there by the transaction that decided it.

    `body` is sealed by whoever put it; it is emptied once it was sent. `due_at` is as a job's.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=NAME_LENGTH_MAX)
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    body = models.BinaryField()
    state = models.CharField(max_length=8, default=WAITING)
    due_at = models.DateTimeField()
    lease = models.CharField(max_length=LEASE_LENGTH, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=ERROR_LENGTH_MAX, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by kind and when it is due; one row a key."""

        db_table = "store_outbox"
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "due_at", "id"], name="outbox_due", condition=Q(state=WAITING)
            ),
            models.Index(fields=["state", "ended_at"], name="outbox_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="outbox_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class Signal(models.Model):
    """Something people should look at; while it is open, the same one only counts up."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=NAME_LENGTH_MAX)
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    about = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=NAME_LENGTH_MAX, blank=True)
    reason = models.CharField(max_length=KEY_LENGTH_MAX, blank=True)

    class Meta:
        """Open ones newest first; one open signal a kind and key."""

        db_table = "store_signal"
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "-last_at"], name="signal_open", condition=Q(closed_at=None)
            ),
            models.Index(fields=["closed_at"], name="signal_closed"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"], name="signal_open_once", condition=Q(closed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ×{self.times}"


class StoredAnswer(models.Model):
    """What a call was answered that named itself by a key, to be answered once more.

    `key` is SHA-256 over who asked and that key, `request` over what was asked. `body` holds ids
    and names of the policy, never a value of a person.
    """

    key = models.CharField(max_length=HASH_LENGTH, primary_key=True)
    request = models.CharField(max_length=HASH_LENGTH)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        """Found by its key; dropped by its age."""

        db_table = "store_answer"
        indexes: ClassVar = [models.Index(fields=["at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"answer of {self.at:%Y-%m-%d %H:%M}"
