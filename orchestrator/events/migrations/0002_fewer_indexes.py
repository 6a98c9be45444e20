from django.db import migrations

from orchestrator.store.like_indexes import without_like_indexes


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0001_initial'),
    ]

    operations = [
        without_like_indexes('events_event'),
    ]
