"""Entries, tiles and epochs."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Epoch',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=200)),
                ('vkey', models.CharField(max_length=300)),
                ('began_at', models.DateTimeField()),
                ('size', models.BigIntegerField(default=0)),
                ('root', models.BinaryField()),
                ('checkpoint', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('epoch', models.PositiveIntegerField(null=True)),
                ('index', models.BigIntegerField(db_column='idx', null=True)),
                ('kind', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('subject', models.CharField(blank=True, max_length=40)),
                ('body', models.BinaryField()),
                ('salt', models.BinaryField()),
                ('leaf', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('index__isnull', True)), fields=['id'], name='entry_waiting'), models.Index(condition=models.Q(('subject', ''), _negated=True), fields=['subject', 'id'], name='entry_by_subject')],
                'constraints': [models.UniqueConstraint(fields=('epoch', 'index'), name='entry_index_once')],
            },
        ),
        migrations.CreateModel(
            name='Tile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.PositiveIntegerField()),
                ('level', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('hashes', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('epoch', 'level', 'number'), name='tile_once')],
            },
        ),
    ]
