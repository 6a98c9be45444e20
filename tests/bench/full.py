"""A base with everything in it: the rows of the studio's sample, each a million times, spread over sixty days.

Inside the database and by the pattern of one row, so that a column that a model gets tomorrow needs no line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.apps import apps
from django.db import connection, models

from tests.bench.people import clean, vacuum
from tests.studio.sample import fill

FIRST = 1_000  # numbers below are the sample's own
BUSY = 5_000  # events of the first customer
AGO = "%(now)s - i * interval '60 days' / %(count)s"
STATES = "(ARRAY['accepted', 'accepted', 'accepted', 'accepted', 'skipped', 'planned', 'failed', 'ghost'])[1 + i %% 8]"
WHY = (
    "(ARRAY['accepted', 'accepted', 'accepted', 'accepted', 'no_consent', 'quiet_hours', 'attempts_spent', "
    "'holdout'])[1 + i %% 8]"
)
PASSAGES = "(ARRAY['completed', 'active', 'exited', 'completed'])[1 + i %% 4]"
ME = f"i + {FIRST}"
# By model: what differs from row to row. One in `TENTH` has a row for every tenth person.
ROWS: Mapping[str, Mapping[str, str]] = {
    "customers.Customer": {"id": ME, "external_id": "'p' || i", "created_at": AGO},
    "customers.Address": {
        "customer_id": ME, "value": "'p' || i || '@example.com'", "digest": "'d' || i", "created_at": AGO,
    },
    "consents.ConsentRecord": {"id": ME, "customer_id": ME, "number": ME, "recorded_at": AGO},
    "consents.Consent": {"customer_id": ME, "record_id": ME, "changed_at": AGO},
    "events.Event": {"customer_id": ME, "key": "'e' || i", "occurred_at": AGO, "received_at": AGO},
    "journeys.Enrollment": {
        "id": ME, "customer_id": ME, "entry_key": "'e' || i", "entered_at": AGO, "arrived_at": AGO, "status": PASSAGES,
        "finished_at": f"CASE WHEN {PASSAGES} = 'active' THEN NULL ELSE {AGO} END",
        "due_at": f"CASE WHEN {PASSAGES} = 'active' THEN %(now)s + interval '1 day' END",
    },
    "messaging.Message": {
        "id": ME, "customer_id": ME, "enrollment_id": ME, "key": "'m' || i", "created_at": AGO, "due_at": AGO,
        "state": STATES, "reason": WHY, "final_at": f"CASE WHEN {STATES} <> 'planned' THEN {AGO} END",
        "address": "'p' || i || '@example.com'", "number": "NULL",
    },
    "messaging.Decision": {"message_id": ME, "decided_at": AGO},
    "segments.Membership": {"customer_id": ME, "since": AGO},
}  # fmt: skip
TENTH: Mapping[str, Mapping[str, str]] = {
    "journeys.StepRun": {"enrollment_id": ME, "entered_at": AGO, "left_at": AGO},
    "journeys.EntryTimer": {"customer_id": ME, "due_at": AGO},
    "journeys.Doorstep": {"customer_id": ME, "entry_key": "'e' || i", "due_at": AGO},
    "loyalty.PointsEntry": {"customer_id": ME, "key": "'p' || i", "awarded_at": AGO},
    "messaging.DeliveryAttempt": {"message_id": ME, "settled_at": AGO},
    "messaging.Receipt": {"message_id": ME, "key": "'r' || i", "occurred_at": AGO, "received_at": AGO},
    "messaging.MessageBody": {"message_id": ME, "composed_at": AGO},
    "messaging.MailboxMessage": {"key": "'m' || i", "composed_at": AGO},
    "messaging.Subject": {"key": "'email:' || i"},
    "consents.Suppression": {"digest": "lpad(i::text, 64, 'f')", "created_at": AGO},
}
BUSY_ROWS = {"key": "'busy' || i", "occurred_at": AGO, "received_at": AGO}


def seed(people: int, now: datetime) -> None:
    """Make the base anew."""
    clean()
    fill(5, now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if (
            cursor.fetchone()[0] == "on"
        ):  # the rows fit each other: a check of each reference would take minutes
            cursor.execute("SET session_replication_role = replica")
    for rows, count in ((ROWS, people), (TENTH, people // 10)):
        for label, columns in rows.items():
            multiply(apps.get_model(label), count, columns, now)
    multiply(apps.get_model("events.Event"), BUSY, BUSY_ROWS, now)
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
    vacuum()


def multiply(model: type[models.Model], count: int, columns: Mapping[str, str], now: datetime) -> None:
    """So many rows like the first, with `columns` (SQL of `i`) in place of its own."""
    first = model._default_manager.order_by("pk").first()
    assert first is not None, f"the sample has no {model._meta.label}"
    names = [field.column for field in model._meta.concrete_fields]
    names = [name for name in names if name != "id" or name in columns]
    taken = ", ".join(columns.get(name, f"p.{name}") for name in names)
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {taken} FROM {table} AS p, "
            f"generate_series(1, %(count)s) AS i WHERE p.{key} = %(first)s",
            {"count": count, "now": now, "first": first.pk},
        )
