"""How mails are worded, version by version."""

from django.db import migrations, models

import troth.ledger.models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mail", models.CharField(max_length=100)),
                ("default", models.BooleanField(default=False)),
                ("subject_zh", models.TextField(blank=True)),
                ("body_zh", models.TextField(blank=True)),
                ("subject_en", models.TextField(blank=True)),
                ("body_en", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=40)),
                ("entry", troth.ledger.models.EntryField()),
            ],
            options={
                "indexes": [models.Index(fields=["mail", "-id"], name="wording_newest")],
            },
        ),
    ]
