"""What there is to send in the kill suite: three journeys of one message, and people who set them off."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.publish import publish
from orchestrator.messaging.models import Message

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# (journey, channel, purpose): class I; class N at most once; class N at least once.
KINDS = (
    ("news", "email", "marketing"),
    ("offer", "sms", "marketing"),
    ("receipt", "sms", "transactional"),
)
JOURNEY = """
journey: {name}
purpose: {purpose}
expires: 3 days
entry: {{event: {name}.wanted}}
steps:
  - send: {name}
    id: tell
    via: [{channel}]
"""
PARTS = {
    "email": 'email:\n  en: {{subject: "{name}", html: "<p>{name}</p>"}}\n',
    "sms": 'sms:\n  en: {{text: "{name}"}}\n',
}


def seed(people: int) -> None:
    """`people` persons a kind, each with consent and one event that nobody has looked at yet."""
    for name, channel, purpose in KINDS:
        _publish(name, channel, purpose)
        _want(name, channel, people)


def _publish(name: str, channel: str, purpose: str) -> None:
    journey = JOURNEY.format(name=name, channel=channel, purpose=purpose)
    template = f"template: {name}\n" + PARTS[channel].format(name=name)
    publish(Text("journey.yaml", journey), [Text(f"{name}.yaml", template)], MONDAY_NOON)


def _want(name: str, channel: str, count: int) -> None:
    start = {"news": 0, "offer": 1, "receipt": 2}[name] * 10_000
    people = [
        Person(
            f"{name}-{n}",
            language="en",
            addresses={
                "email": f"{name}-{n}@example.com",
                "sms": f"+48 6{(start + n) // 1000 % 100:02d} {(start + n) % 1000:03d} 200",
            },
        )
        for n in range(count)
    ]
    ids = save(people, MONDAY_NOON).ids
    record_consents([Statement(one, channel, "granted", "test") for one in ids], MONDAY_NOON)
    wanted = [NewEvent(one, f"{name}.wanted", MONDAY_NOON, f"{name}-{one}") for one in ids]
    record(wanted, MONDAY_NOON)


def report() -> dict[str, object]:
    """The database's own story: every message as [key, channel, purpose, state, crashes], and how passages ended."""
    rows = Message.objects.values_list("key", "channel", "purpose", "state", "crash_count", "counted_at")
    passages = Counter(Enrollment.objects.values_list("status", flat=True))
    messages = [[*row[:-1], row[-1] is not None] for row in rows]
    return {"messages": messages, "enrollments": dict(passages)}
