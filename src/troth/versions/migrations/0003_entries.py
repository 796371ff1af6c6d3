"""Each version, its effect and its withdrawal name the ledger entry that tells of them.

Rows that stand already get their entries here: actor `migration`, the moment that of the row, so
that what happened before there was a ledger is told by it, and told as what it is.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import troth.ledger.models
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.store import Tx, immutable

TABLES = ("versions_storedversion", "versions_effect", "versions_withdrawal")
ACTOR = "migration"
NAMES = ("StoredVersion", "Effect", "Withdrawal")


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    immutable.release(connection, TABLES)
    happened = sorted(_happened(apps, connection.alias), key=lambda one: (one.at, one.rank))
    for one in happened:
        tx = Tx(connection.alias, one.at, ACTOR)
        one.row.entry = record(tx, one.entry)
        tx.pending.flush(connection.alias)
        one.row.save(using=connection.alias, update_fields=["entry"])
    immutable.protect(connection, TABLES)


def _happened(apps: StateApps, alias: str) -> Iterator[SimpleNamespace]:
    models: dict[str, Any] = {name: apps.get_model("versions", name).objects.using(alias) for name in NAMES}
    for row in models["StoredVersion"].all():
        about = {"number": row.number, "chain": row.chain, "author": row.author}
        entry = LedgerEntry("versions.proposed", row.hash, about=about)
        yield SimpleNamespace(at=row.recorded_at, rank=(row.number, 0), row=row, entry=entry)
    for row in models["Effect"].select_related("version"):
        about = {"number": row.version.number, "from": moment(row.from_at)}
        entry = LedgerEntry("versions.in-force", row.version.hash, about=about)
        rank = (row.version.number, 1)
        yield SimpleNamespace(at=row.recorded_at, rank=rank, row=row, entry=entry)
    for row in models["Withdrawal"].select_related("version"):
        about = {"number": row.version.number, "cause": row.cause}
        entry = LedgerEntry("versions.withdrawn", row.version.hash, about=about)
        rank = (row.version.number, 2)
        yield SimpleNamespace(at=row.at, rank=rank, row=row, entry=entry)



class Migration(migrations.Migration):
    dependencies = [("versions", "0002_immutable"), ("ledger", "0002_immutable")]
    operations = [
        migrations.AddField("storedversion", "entry", troth.ledger.models.EntryField(null=True)),
        migrations.AddField("effect", "entry", troth.ledger.models.EntryField(null=True)),
        migrations.AddField("withdrawal", "entry", troth.ledger.models.EntryField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
