"""Rows of somebody are found by an index on SQLite, too, which uses no partial one for it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_by_age'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='detail',
            name='detail_by_person',
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['person'], name='account_of_person'),
        ),
        migrations.AddIndex(
            model_name='detail',
            index=models.Index(fields=['person'], name='detail_of_person'),
        ),
    ]
