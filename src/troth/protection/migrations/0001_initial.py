"""The backups that were made."""

from django.db import migrations, models

import troth.ledger.models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Backup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("folder", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("tables_hash", models.CharField(max_length=64)),
                ("ledger_epoch", models.PositiveIntegerField()),
                ("ledger_size", models.BigIntegerField()),
                ("entry", troth.ledger.models.EntryField()),
            ],
            options={"indexes": [models.Index(fields=["at"], name="backup_by_time")]},
        )
    ]
