"""Members of many roles, undertakings, cases, grants, and the record of access."""

import django.db.models.deletion
import troth.ledger.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_entries'),
        ('people', '0003_account_person'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('yes', models.BooleanField()),
                ('note', models.BinaryField(default=bytes)),
                ('at', models.DateTimeField()),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Break',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('told', models.JSONField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewed_by', models.CharField(blank=True, max_length=40)),
                ('justified', models.BooleanField(null=True)),
                ('note', models.BinaryField(default=bytes)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Bulk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=60)),
                ('category', models.CharField(max_length=100)),
                ('purpose', models.CharField(max_length=100)),
                ('persons', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('why', models.BinaryField()),
                ('asked_at', models.DateTimeField()),
                ('lapses_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('confirmed', models.BooleanField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.CharField(max_length=40)),
                ('because', models.BinaryField(default=bytes)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='CaseMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('given_by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='CasePerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Freeze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('reason', models.BinaryField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=40)),
                ('lifted_because', models.BinaryField(default=bytes)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(default='asked', max_length=10)),
                ('category', models.CharField(max_length=100)),
                ('purpose', models.CharField(max_length=100)),
                ('scope', models.CharField(max_length=10)),
                ('reason', models.BinaryField()),
                ('asked_at', models.DateTimeField()),
                ('lapses_at', models.DateTimeField()),
                ('life_s', models.PositiveIntegerField()),
                ('approvals_needed', models.PositiveSmallIntegerField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('approved', models.BooleanField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='GrantPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('roles', models.JSONField()),
                ('person', models.CharField(blank=True, max_length=32)),
                ('invited_by', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='MemberRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('given_by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('title_zh', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('body_zh', models.TextField()),
                ('body_en', models.TextField()),
                ('hash', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('retired', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('review_due', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Responsible',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zh', models.CharField(max_length=120)),
                ('en', models.CharField(max_length=120)),
                ('reach', models.CharField(max_length=200)),
                ('since', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('note', models.BinaryField(default=bytes)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('value', models.JSONField()),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('lang', models.CharField(max_length=2)),
                ('policy', models.CharField(max_length=64)),
                ('name_box', models.BinaryField()),
                ('seal', models.CharField(max_length=64)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='UndertakingText',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('zh', models.TextField()),
                ('en', models.TextField()),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('since', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.CreateModel(
            name='View',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('role', models.CharField(max_length=20)),
                ('subject', models.CharField(max_length=40)),
                ('category', models.CharField(max_length=100)),
                ('field', models.CharField(max_length=100)),
                ('purpose', models.CharField(max_length=100)),
                ('allowed', models.BooleanField()),
                ('reason', models.CharField(max_length=60)),
                ('statement', models.CharField(max_length=100)),
                ('version', models.CharField(max_length=64)),
                ('entry', troth.ledger.models.EntryField()),
            ],
        ),
        migrations.AddField(
            model_name='member',
            name='left_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='approval',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='access.member'),
        ),
        migrations.AddField(
            model_name='break',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breaks', to='access.member'),
        ),
        migrations.AddField(
            model_name='bulk',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulks', to='access.member'),
        ),
        migrations.AddField(
            model_name='bulk',
            name='second',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bulks_confirmed', to='access.member'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['kind', 'opened_at'], name='case_open'),
        ),
        migrations.AddField(
            model_name='casemember',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='access.case'),
        ),
        migrations.AddField(
            model_name='casemember',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='access.member'),
        ),
        migrations.AddField(
            model_name='caseperson',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='persons', to='access.case'),
        ),
        migrations.AddField(
            model_name='freeze',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freezes', to='access.member'),
        ),
        migrations.AddField(
            model_name='grant',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='access.case'),
        ),
        migrations.AddField(
            model_name='grant',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='access.member'),
        ),
        migrations.AddField(
            model_name='break',
            name='grant',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='glass', to='access.grant'),
        ),
        migrations.AddField(
            model_name='approval',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='access.grant'),
        ),
        migrations.AddField(
            model_name='grantperson',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='persons', to='access.grant'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='member',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='access.member'),
        ),
        migrations.AddField(
            model_name='memberrole',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles_held', to='access.member'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(fields=('name', 'number'), name='procedure_numbered'),
        ),
        migrations.AddField(
            model_name='review',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='access.member'),
        ),
        migrations.AddIndex(
            model_name='setting',
            index=models.Index(fields=['name', '-at'], name='setting_newest'),
        ),
        migrations.AddField(
            model_name='signature',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='access.member'),
        ),
        migrations.AddField(
            model_name='signature',
            name='text',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='access.undertakingtext'),
        ),
        migrations.AddField(
            model_name='view',
            name='bulk',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='views', to='access.bulk'),
        ),
        migrations.AddField(
            model_name='view',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='views', to='access.case'),
        ),
        migrations.AddField(
            model_name='view',
            name='grant',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='views', to='access.grant'),
        ),
        migrations.AddField(
            model_name='view',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='views', to='access.member'),
        ),
        migrations.AddConstraint(
            model_name='casemember',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('case', 'member'), name='case_member_once'),
        ),
        migrations.AddIndex(
            model_name='caseperson',
            index=models.Index(fields=['person'], name='case_by_person'),
        ),
        migrations.AddConstraint(
            model_name='caseperson',
            constraint=models.UniqueConstraint(fields=('case', 'person'), name='case_person_once'),
        ),
        migrations.AddConstraint(
            model_name='freeze',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('member',), name='frozen_once'),
        ),
        migrations.AddIndex(
            model_name='grant',
            index=models.Index(fields=['member', 'category', 'until'], name='grant_live'),
        ),
        migrations.AddIndex(
            model_name='grant',
            index=models.Index(condition=models.Q(('decided_at__isnull', True), ('ended_at__isnull', True)), fields=['asked_at'], name='grant_waiting'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['all', 'case', 'list'])), name='grant_scope_known'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', False), ('scope', 'case')), models.Q(('case__isnull', True), ('scope__in', ['all', 'list'])), _connector='OR'), name='grant_case_where_scope_is_case'),
        ),
        migrations.AddConstraint(
            model_name='break',
            constraint=models.UniqueConstraint(condition=models.Q(('reviewed_at__isnull', True)), fields=('member',), name='break_reviewed_first'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('grant', 'member'), name='approval_once'),
        ),
        migrations.AddIndex(
            model_name='grantperson',
            index=models.Index(fields=['person'], name='grant_by_person'),
        ),
        migrations.AddConstraint(
            model_name='grantperson',
            constraint=models.UniqueConstraint(fields=('grant', 'person'), name='grant_person_once'),
        ),
        migrations.AddConstraint(
            model_name='memberrole',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'security', 'privacy-officer', 'support', 'engineer', 'auditor'])), name='member_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='memberrole',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('member', 'role'), name='member_role_once'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['member', '-at'], name='review_newest'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(fields=['member', '-at'], name='signature_newest'),
        ),
        migrations.AddIndex(
            model_name='view',
            index=models.Index(fields=['-at'], name='view_newest'),
        ),
        migrations.AddIndex(
            model_name='view',
            index=models.Index(fields=['member', '-at'], name='view_by_member'),
        ),
        migrations.AddIndex(
            model_name='view',
            index=models.Index(fields=['subject', '-at'], name='view_by_subject'),
        ),
        migrations.AddIndex(
            model_name='view',
            index=models.Index(fields=['entry'], name='view_by_entry'),
        ),
    ]
