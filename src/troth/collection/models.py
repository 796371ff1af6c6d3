"""Tables: what was taken in, record by record; and what was refused, counted."""

from typing import ClassVar, Final

from django.db import models

from troth.store.rows import Rows

NAME_LENGTH: Final = 100
FIELDS_COUNTED_MAX: Final = 5
"""How many field names a row of refusals holds: the rest tells nothing more."""
CODE_LENGTH: Final = 40
KEY_LENGTH: Final = 40


class Record(models.Model):
    """Some fields of one category that were taken in together; its id is that of its entry.

    The values are `people.models.Detail` rows with that entry. `fields` are their names, sorted and
    joined by commas; `key` and `site` tell through which key of which site they came ("" for none).
    Once erased, `person` is "".
    """

    id = models.UUIDField(primary_key=True)
    person = models.CharField(max_length=32, blank=True)
    category = models.CharField(max_length=NAME_LENGTH)
    purpose = models.CharField(max_length=NAME_LENGTH)
    source = models.CharField(max_length=NAME_LENGTH)
    version = models.CharField(max_length=64)
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    site = models.CharField(max_length=NAME_LENGTH, blank=True)
    fields = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """Read by person; newest first, of all or of a key."""

        indexes: ClassVar = [
            models.Index(fields=["person"], name="record_of_person"),
            models.Index(fields=["at"], name="record_by_time"),
            models.Index(fields=["key", "at"], name="record_by_key"),
        ]

    def __str__(self) -> str:
        return f"record {self.pk} of {self.category}"


RECORDS: Final = Rows(
    "collection_record",
    (
        ("id", "uuid"),
        ("person", "text"),
        ("category", "text"),
        ("purpose", "text"),
        ("source", "text"),
        ("version", "text"),
        ("key", "text"),
        ("site", "text"),
        ("fields", "text"),
        ("at", "timestamptz"),
    ),
)


class Refusal(models.Model):
    """How often something was refused on a day (UTC) to a key, for one reason.

    Names alone: no value, and nobody's. `verb` is the gate's; `fields` are as a record's, the first
    few of them.
    """

    day = models.DateField()
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    verb = models.CharField(max_length=CODE_LENGTH)
    code = models.CharField(max_length=CODE_LENGTH)
    category = models.CharField(max_length=NAME_LENGTH, blank=True)
    statement = models.CharField(max_length=NAME_LENGTH, blank=True)
    fields = models.CharField(max_length=(NAME_LENGTH + 1) * FIELDS_COUNTED_MAX, blank=True)
    times = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        """One row for each way of being refused; its index is the one it is read by."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "key", "verb", "code", "category", "statement", "fields"],
                name="refusal_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code} ×{self.times}"
