import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_identities'),
        ('messaging', '0013_counted_links'),
        ('workspace', '0021_retention_of_past_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='PastMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('system', models.CharField(max_length=31, verbose_name='sent by')),
                ('channel', models.CharField(max_length=31, verbose_name='channel')),
                ('purpose', models.CharField(default='marketing', max_length=31, verbose_name='purpose')),
                ('topic', models.CharField(blank=True, max_length=63, verbose_name='topic')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='title')),
                ('sent_at', models.DateTimeField(verbose_name='sent')),
                ('address_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('stored_at', models.DateTimeField(verbose_name='taken over')),
                ('brand', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workspace.brand', verbose_name='brand')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='past_messages', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'past message',
                'verbose_name_plural': 'past messages',
                'indexes': [models.Index(fields=['customer', '-sent_at'], name='past_message_of_customer'), models.Index(condition=models.Q(('purpose', 'marketing')), fields=['address_digest', 'sent_at'], name='past_message_of_address')],
            },
        ),
    ]
