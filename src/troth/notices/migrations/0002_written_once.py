"""A wording that was in use can always be told: the database itself refuses to change one."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troth.store import immutable

TABLES = ("notices_wording",)


def protect(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.protect(schema_editor.connection, TABLES)


def release(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunPython(protect, release)]
