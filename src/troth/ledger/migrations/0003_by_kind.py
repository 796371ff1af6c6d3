"""Entries of a kind are looked for: who examines a table reads what was told of it alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_immutable")]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["kind", "id"], name="entry_by_kind"),
        ),
    ]
