"""A value of somebody is found by one index: with two, PostgreSQL read all of its category."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_read_by_whose'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='detail',
            name='detail_of_person',
        ),
        migrations.AddIndex(
            model_name='detail',
            index=models.Index(fields=['person', 'category', 'field'], name='detail_of_person'),
        ),
    ]
