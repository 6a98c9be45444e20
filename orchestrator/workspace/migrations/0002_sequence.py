"""The number sequence (PostgreSQL), and the one workspace row with its default brand."""

import uuid

from django.db import migrations


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE IF NOT EXISTS orchestrator_number")
    apps.get_model("workspace", "Workspace").objects.get_or_create(
        pk=1, defaults={"languages": ["pl", "en"], "salt": uuid.uuid4(), "incarnation": uuid.uuid4()}
    )
    apps.get_model("workspace", "Brand").objects.get_or_create(key="default", defaults={"name": "My shop"})


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE IF EXISTS orchestrator_number")


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
