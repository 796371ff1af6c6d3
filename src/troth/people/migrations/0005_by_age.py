"""What is held of persons is found by its age, where days end it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_factors_and_sessions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='detail',
            index=models.Index(condition=models.Q(('box__isnull', False)), fields=['category', 'at'], name='detail_by_age'),
        ),
    ]
