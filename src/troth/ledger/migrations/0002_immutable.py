"""From here on the database itself refuses to change an entry."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troth.store import immutable

TABLES = ("ledger_entry",)
ONCE = {"ledger_entry": ("epoch", "idx")}


def protect(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.protect(schema_editor.connection, TABLES, ONCE)


def release(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(protect, release)]
