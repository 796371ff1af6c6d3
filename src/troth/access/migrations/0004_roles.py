"""Each member's one role becomes the first of those she holds; its entry is the member's own."""

from typing import Any

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def move(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    roles = apps.get_model("access", "MemberRole").objects.using(alias)
    members: Any = apps.get_model("access", "Member").objects.using(alias)
    for member in members.all():
        roles.create(
            member=member,
            role=member.role,
            since=member.since,
            given_by="system",
            entry=member.entry,
        )


class Migration(migrations.Migration):
    dependencies = [("access", "0003_members_and_grants")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
