"""Tables: examinations of controls, and proofs that they can fail."""

from typing import ClassVar, cast

from django.db import models

from troth.evidence.marks import Run
from troth.policy.promise import Verdict
from troth.policy.words import Message

NAME_LENGTH = 100


class Examination(models.Model):
    """Examinations of one control on one day (UTC) that came to the same verdict in a row.

    The first begins a row, each later one brings it up to date: what was found is what the last
    one found, `times` counts them, `began_at` and `at` are the first's and the last's time. So a
    month of examinations is a few rows, however short the period. `since` is carried on from the
    row before while the verdict stays. `failed` tells that the control itself raised an error.
    `cursor` is where the next may go on, `full_at` when everything was looked at last.
    """

    control = models.CharField(max_length=NAME_LENGTH)
    verdict = models.CharField(max_length=10)
    day = models.DateField(db_index=True)
    began_at = models.DateTimeField()
    at = models.DateTimeField()
    since = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    examined = models.BigIntegerField()
    figures = models.JSONField()
    samples = models.JSONField()
    why = models.JSONField()
    took_ms = models.PositiveIntegerField()
    failed = models.BooleanField(default=False)
    cursor = models.JSONField(null=True)
    full_at = models.DateTimeField(null=True)

    class Meta:
        """Read by control in the order of time."""

        ordering: ClassVar = ["began_at", "id"]
        indexes: ClassVar = [models.Index(fields=["control", "at"], name="examination_by_control")]

    def __str__(self) -> str:
        return f"{self.control} {self.verdict} at {self.at:%Y-%m-%d %H:%M}"

    def as_run(self) -> Run:
        """Return the row as the frozen value the board is made of."""
        return Run(
            control=self.control,
            verdict=cast("Verdict", self.verdict),
            day=self.day,
            at=self.at,
            since=self.since,
            why=Message(self.why["template"], self.why["values"]),
            examined=self.examined,
            figures=self.figures,
            samples=tuple(self.samples),
            took_ms=self.took_ms,
            failed=self.failed,
            full_at=self.full_at,
        )


class Proof(models.Model):
    """One sabotage tried on a scratch store: was it caught, and what turned red.

    `caught` holds only when exactly the statements turned red that should; `broke` lists those
    that did. `code` is the hash of the code that was proven.
    """

    control = models.CharField(max_length=NAME_LENGTH)
    sabotage = models.CharField(max_length=NAME_LENGTH)
    caught = models.BooleanField()
    at = models.DateTimeField()
    broke = models.JSONField()
    code = models.CharField(max_length=64)

    class Meta:
        """Asked for: when was each sabotage last caught."""

        indexes: ClassVar = [
            models.Index(fields=["control", "sabotage", "caught", "at"], name="proof_by_sabotage")
        ]

    def __str__(self) -> str:
        return f"{self.sabotage} {'caught' if self.caught else 'missed'}"
