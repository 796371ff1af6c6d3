"""The single role goes; what is written once is never changed."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troth.store import immutable

TABLES = (
    "access_undertakingtext",
    "access_signature",
    "access_approval",
    "access_view",
    "access_procedure",
    "access_setting",
    "access_responsible",
    "access_review",
)


def protect(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.protect(schema_editor.connection, TABLES)


def release(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    immutable.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("access", "0004_roles")]
    operations = [
        migrations.RemoveConstraint("member", "member_role_known"),
        migrations.RemoveField("member", "role"),
        migrations.RunPython(protect, release),
    ]
