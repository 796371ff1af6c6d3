"""A link may make one more owner, where the only one has lost her way in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0005_written_once")]

    operations = [
        migrations.AddField(
            model_name="ownerlink", name="beside", field=models.BooleanField(default=False)
        ),
    ]
