"""Choices are found by their age, where days end them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0002_key_origin_and_acceptances'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='choice',
            index=models.Index(condition=models.Q(('subject', ''), _negated=True), fields=['at'], name='choice_by_age'),
        ),
    ]
