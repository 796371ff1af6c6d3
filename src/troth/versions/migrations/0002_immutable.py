"""From here on the database itself refuses to change a version."""

from django.db import migrations

from troth.store import immutable

TABLES = (
    "versions_storedversion",
    "versions_versionfile",
    "versions_effect",
    "versions_withdrawal",
)


def protect(_apps, schema_editor):
    immutable.protect(schema_editor.connection, TABLES)


def release(_apps, schema_editor):
    immutable.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("versions", "0001_initial")]
    operations = [migrations.RunPython(protect, release)]
