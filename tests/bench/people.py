"""A base of customers, made inside the database: no row crosses the wire.

Customer `i` is `p<i>` with an address of its own, consent to email, and four orders in the last sixty days. One in
three is gold. Ids run from 1, so that a range of numbers is a set of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.apps import apps
from django.db import connection, transaction

from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.versions import Live
from orchestrator.workspace.models import Brand

EVENTS_EACH = 4
CHUNK = 2000
KEPT = {"workspace", "auth", "contenttypes", "admin", "sessions"}

_CUSTOMERS = """
INSERT INTO customers_customer (id, external_id, language, country, time_zone, last_seen_zone, attributes,
    personalization, created_at, updated_at, changed_pending)
SELECT i, 'p' || i, 'en', 'PL', 'Europe/Warsaw', '', jsonb_build_object('first_name', 'Anna ' || i,
    'tier', CASE WHEN i %% 3 = 0 THEN 'gold' ELSE 'basic' END), 'full', %(now)s, %(now)s, false
FROM generate_series(1, %(count)s) AS i
"""
_ADDRESSES = """
INSERT INTO customers_address (customer_id, channel, value, digest, invalid_reason, created_at)
SELECT i, 'email', 'p' || i || '@example.com', encode(sha256(('p' || i)::bytea), 'hex'), '', %(now)s
FROM generate_series(1, %(count)s) AS i
"""
_RECORDS = """
INSERT INTO consents_consentrecord (id, customer_id, brand_id, channel, purpose, topic, state, recorded_at, number,
    text, text_version, language, source, legal_basis, proof)
SELECT i, i, %(brand)s, 'email', 'marketing', '', 'granted', %(now)s - interval '90 days', i, '', '', 'en', 'bench',
    'consent', '{}' FROM generate_series(1, %(count)s) AS i
"""
_CONSENTS = """
INSERT INTO consents_consent (customer_id, brand_id, channel, purpose, topic, state, changed_at, record_id)
SELECT i, %(brand)s, 'email', 'marketing', '', 'granted', %(now)s - interval '90 days', i
FROM generate_series(1, %(count)s) AS i
"""
_EVENTS = """
INSERT INTO events_event (customer_id, name, occurred_at, received_at, key, amount, properties, backfilled, pending)
SELECT i, 'order.placed', %(now)s - (((i * 7 + e * 15) %% 60) || ' days')::interval - interval '1 hour', %(now)s,
    'o' || i || ':' || e, 49.90, '{"sku": "A-1"}', true, false
FROM generate_series(1, %(count)s) AS i, generate_series(1, %(each)s) AS e
"""


def seed(count: int, now: datetime, events_each: int = EVENTS_EACH) -> None:
    """Make the base anew; nothing else is left in the database than its settings."""
    clean()
    brand = Brand.objects.values_list("id", flat=True).get(key="default")
    given = {"count": count, "now": now, "each": events_each, "brand": brand}
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in (_CUSTOMERS, _ADDRESSES, _RECORDS, _CONSENTS, _EVENTS):
            cursor.execute(sql, given)
        for table in ("customers_customer", "consents_consentrecord"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
    vacuum()


def clean() -> None:
    """Empty every table that a run fills."""
    _truncate(model._meta.db_table for model in apps.get_models() if model._meta.app_label not in KEPT)


def forget_passages() -> None:
    """Empty what rows fill (journeys, messages, segments, launches); the base of people and their orders stays."""
    base = {"customers", "consents", "events", *KEPT}
    _truncate(model._meta.db_table for model in apps.get_models() if model._meta.app_label not in base)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event WHERE key !~ '^o[0-9]+:[0-9]+$'")


def vacuum() -> None:
    """As autovacuum leaves it: statistics are there, and no first reader sets hint bits."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def let_in(live: Live, ids: Sequence[int], now: datetime, key: str = "") -> int:
    """Enroll these people as a program's call would, 2,000 in a transaction; answers how many came in."""
    made, left = 0, iter(ids)
    while chunk := list(islice(left, CHUNK)):
        with transaction.atomic():
            made += len(enroll([Candidate(live, id_, key) for id_ in chunk], now))
    return made


def _truncate(tables: Iterable[str]) -> None:
    # Ids go on: processes remember versions by theirs.
    names = ", ".join(sorted(f'"{table}"' for table in tables))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")
