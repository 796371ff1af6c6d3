"""Choices are found by their age, where days end them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='choice',
            index=models.Index(condition=models.Q(('subject', ''), _negated=True), fields=['at'], name='choice_by_age'),
        ),
    ]
