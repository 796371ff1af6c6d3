"""Persons, and what is held of them, sealed."""

import troth.ledger.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Detail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(blank=True, max_length=32)),
                ('category', models.CharField(max_length=100)),
                ('field', models.CharField(max_length=100)),
                ('version', models.CharField(max_length=64)),
                ('purpose', models.CharField(max_length=100)),
                ('source', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('box', models.BinaryField(null=True)),
                ('commitment', models.BinaryField()),
                ('entry', troth.ledger.models.EntryField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('person', ''), _negated=True), fields=['person'], name='detail_by_person'), models.Index(fields=['entry'], name='detail_by_entry')],
            },
        ),
    ]
