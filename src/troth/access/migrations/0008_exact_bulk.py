"""What is taken out is kept as it was asked for; who was told of broken glass in the console only.

Whatever waits from before has no rows that would fit its digest, and has to be asked for again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0006_owner_link_beside")]

    operations = [
        migrations.AddField("bulk", "asked", models.JSONField(default=dict)),
        migrations.AddField("bulk", "rows", models.PositiveIntegerField(default=0)),
        migrations.AddField("break", "unmailed", models.JSONField(default=list)),
    ]
