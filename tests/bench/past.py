"""A base with a past, for the row of growth: everybody has been through the journey once, long ago.

Run as `python -m tests.bench.past PEOPLE` on the database of DATABASE_URL; says when it is ready.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402

from orchestrator.customers.models import Customer  # noqa: E402
from tests.bench.journeys import MONDAY_NOON, publish_engine, settle_rules  # noqa: E402
from tests.bench.people import forget_passages, seed, vacuum  # noqa: E402

_ENROLLMENTS = """
INSERT INTO journeys_enrollment (journey_id, version_id, customer_id, entry_key, entry_properties, status, reason,
    entered_at, finished_at, expires_at, held_out, step, visit, hops, awaits, sending)
SELECT %(journey)s, %(version)s, i, 'then', '{}', 'completed', '', %(then)s, %(then)s, %(now)s, false, '', 1, 0, '',
    false FROM generate_series(1, %(count)s) AS i
"""
_RUNS = """
INSERT INTO journeys_steprun (enrollment_id, step, visit, entered_at, left_at, outcome, reason, evidence)
SELECT id, passed, 1, %(then)s, %(then)s, 'continue', '', '{}'
FROM journeys_enrollment, unnest(ARRAY['who', 'halves', 'offer_a']) AS passed
"""
_MESSAGES = """
INSERT INTO messaging_message (key, customer_id, brand_id, enrollment_id, journey, version, step, visit,
    template_version_id, channel, purpose, topic, priority, journey_at, parameters, held_out, obeys_caps,
    counts_toward_caps, on_cap, test, state, reason, created_at, due_at, expires_at, handed_off_at, final_at, fence,
    maybe_sent, crash_count, attempts, counted_at, address, address_digest, provider, reference, zone, zone_rung,
    wake_pending)
SELECT 'past-' || customer_id, customer_id, %(brand)s, id, 'engine', 1, 'offer_a', 1, %(template)s, 'email',
    'marketing', '', 50, %(then)s, '{}', false, true, true, 'hold', false, 'accepted', 'accepted', %(then)s, %(then)s,
    %(then)s, %(then)s, %(then)s, 1, true, 0, 1, %(then)s, 'p' || customer_id || '@example.com',
    encode(sha256(('p' || customer_id)::bytea), 'hex'), 'nowhere', 'past:' || customer_id, 'Europe/Warsaw',
    'attribute', false FROM journeys_enrollment
"""
_DECISIONS = """
INSERT INTO messaging_decision (message_id, decided_at, outcome, reason, evidence)
SELECT id, %(then)s, 'allow', 'allowed', '{}' FROM messaging_message
"""


def main(people: int) -> None:
    """Make sure of the people, and give them their past."""
    if Customer.objects.count() == people:
        forget_passages()
    else:
        seed(people, MONDAY_NOON)
    settle_rules()
    live = publish_engine(MONDAY_NOON)
    given = {
        "journey": live.journey_id, "version": live.id, "brand": live.brand_id, "count": people, "now": MONDAY_NOON,
        "then": MONDAY_NOON.replace(month=1), "template": live.templates["offer"],
    }  # fmt: skip
    with connection.cursor() as cursor:
        for sql in (_ENROLLMENTS, _RUNS, _MESSAGES, _DECISIONS):
            cursor.execute(sql, given)
    vacuum()
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
