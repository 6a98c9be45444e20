from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0020_retention_of_deliveries'),
    ]

    operations = [
        migrations.AlterField(
            model_name='retention',
            name='table',
            field=models.CharField(choices=[('decision', 'decisions'), ('attempt', 'delivery attempts'), ('step_run', 'steps taken'), ('receipt', 'receipts'), ('mailbox', 'mailbox'), ('context', 'what messages were rendered from'), ('message', 'what messages were filled with'), ('body', 'bodies of messages, with their links'), ('entry', 'what passages began with'), ('simulation', 'simulations'), ('alarm', 'alarms that are over'), ('notice', 'tellings of alarms'), ('launch', 'launches that are over'), ('journal', 'journal of the studio'), ('session', 'expired logins'), ('past_message', 'messages of the system before'), ('dead_letter', 'calls that were not taken'), ('delivery', 'deliveries that were not taken'), ('event', 'events'), ('consent_proof', 'proofs of consents that ended'), ('quiet', 'inactive customers, restricted'), ('inactive', 'inactive customers, erased')], max_length=15, unique=True, verbose_name='class of data'),
        ),
    ]
