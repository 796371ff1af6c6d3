"""The organisation: who is responsible, by which procedures, with which settings."""

from typing import ClassVar

from django.db import models

from troth.access.models.members import HANDLE_LENGTH, REASON_LENGTH_MAX
from troth.ledger.models import EntryField

NAME_LENGTH = 60
TITLE_LENGTH = 120


class Responsible(models.Model):
    """The person responsible for information security, by name: the newest row is who it is.

    The name is published on purpose (PIPL 52), in each language; `reach` is how to write to her.
    """

    zh = models.CharField(max_length=TITLE_LENGTH)
    en = models.CharField(max_length=TITLE_LENGTH)
    reach = models.CharField(max_length=200)
    since = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField()

    def __str__(self) -> str:
        return self.en


class Procedure(models.Model):
    """One version of a procedure, in each language; never changed. `name` is the same in all.

    It is to be looked at again by `review_due`; a review that changes nothing is a new version
    with the same text and a later date. `retired` ends it.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    number = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=TITLE_LENGTH)
    title_en = models.CharField(max_length=TITLE_LENGTH)
    body_zh = models.TextField()
    body_en = models.TextField()
    hash = models.CharField(max_length=64)
    note = models.CharField(max_length=REASON_LENGTH_MAX, blank=True)
    retired = models.BooleanField(default=False)
    since = models.DateTimeField()
    review_due = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField()

    class Meta:
        """Versions of one procedure are numbered."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "number"], name="procedure_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Setting(models.Model):
    """What was set about access, and by whom; the newest row of a name counts, none is changed."""

    name = models.CharField(max_length=NAME_LENGTH)
    value = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=HANDLE_LENGTH)
    entry = EntryField()

    class Meta:
        """The newest of a name is looked for."""

        indexes: ClassVar = [models.Index(fields=["name", "-at"], name="setting_newest")]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
