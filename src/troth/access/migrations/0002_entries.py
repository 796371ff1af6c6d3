"""Each member and each owner link names the ledger entry that tells of it.

Rows that stand already get their entries here, by the actor `migration` at their own moment.
"""

from datetime import datetime
from typing import Any

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import troth.ledger.models
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.store import Tx

ACTOR = "migration"


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    links = apps.get_model("access", "OwnerLink").objects.using(alias).order_by("created_at")
    for link in links:
        about = {"until": moment(link.expires_at)}
        _enter(alias, link, link.created_at, LedgerEntry("access.owner-link-opened", about=about))
    members: Any = apps.get_model("access", "Member").objects.using(alias).order_by("since")
    for member in members.select_related("account"):
        about = {"member": member.account.handle, "role": member.role}
        _enter(alias, member, member.since, LedgerEntry("access.member-made", about=about))


def _enter(alias: str, row: Any, at: datetime, entry: LedgerEntry) -> None:
    tx = Tx(alias, at, ACTOR)
    row.entry = record(tx, entry)
    tx.pending.flush(alias)
    row.save(using=alias, update_fields=["entry"])


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("ledger", "0002_immutable")]
    operations = [
        migrations.AddField("member", "entry", troth.ledger.models.EntryField(null=True)),
        migrations.AddField("ownerlink", "entry", troth.ledger.models.EntryField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
