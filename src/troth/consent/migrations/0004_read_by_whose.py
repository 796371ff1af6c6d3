"""Rows of somebody are found by an index on SQLite, too, which uses no partial one for it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0003_by_age'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='acceptance',
            index=models.Index(fields=['subject'], name='acceptance_of_subject'),
        ),
        migrations.AddIndex(
            model_name='choice',
            index=models.Index(fields=['subject'], name='choice_of_subject'),
        ),
    ]
