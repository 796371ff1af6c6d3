"""Examinations can go on from where the last one got: its cursor, and when all was looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="examination", name="cursor", field=models.JSONField(null=True)
        ),
        migrations.AddField(
            model_name="examination", name="full_at", field=models.DateTimeField(null=True)
        ),
    ]
