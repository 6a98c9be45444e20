"""The audit log can only be added to: the database itself refuses to change or delete an entry.

What no trigger prevents: whoever owns the table may drop it or its triggers. For that there is the chain (docs/audit.md).
A migration that makes the table anew on SQLite (AlterField does) drops them too, and has to make them again.
"""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION orchestrator_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON workspace_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION orchestrator_audit_stays()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS audit_stays ON workspace_auditentry",
    "DROP FUNCTION IF EXISTS orchestrator_audit_stays()",
]
# INSERT OR REPLACE deletes without asking a delete trigger: so an entry's number may not be there before either.
SQLITE = [
    """
    CREATE TRIGGER audit_stays_as_it_is BEFORE UPDATE ON workspace_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END
    """,
    """
    CREATE TRIGGER audit_stays_there BEFORE DELETE ON workspace_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END
    """,
    """
    CREATE TRIGGER audit_stays_in_place BEFORE INSERT ON workspace_auditentry
    WHEN EXISTS (SELECT 1 FROM workspace_auditentry WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END
    """,
]
SQLITE_BACK = [
    f"DROP TRIGGER IF EXISTS {name}"
    for name in ("audit_stays_as_it_is", "audit_stays_there", "audit_stays_in_place")
]


def make(apps, schema_editor):
    for sql in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(sql)


def drop(apps, schema_editor):
    for sql in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("workspace", "0013_audit")]
    operations = [migrations.RunPython(make, drop)]
