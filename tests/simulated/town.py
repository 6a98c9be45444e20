"""The town every seed starts from: five journeys, seven people, two of whom share a mailbox and one of whom lives far away."""

from __future__ import annotations

import uuid
from datetime import timedelta

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.journeys.folders import Text
from orchestrator.journeys.publish import publish
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.workspace.models import Topic, Workspace
from tests.simulated.stage import MONDAY_NOON

QUIET = ("21:00", "08:00")
# name -> (channel, purpose, header, steps). Each enters by `<name>.wanted`, as often as that happens.
JOURNEYS = {
    "news": ("email", "marketing", "topic: club\n", ("tell", "rest", "again")),
    "sale": ("email", "marketing", "goal: {event: shop.bought, within: 3 days}\n", ("tell",)),
    "offer": ("sms", "marketing", "", ("tell", "rest", "again")),
    "code": ("sms", "transactional", "", ("tell",)),
    "bill": ("email", "transactional", "", ("tell", "rest", "again")),
}
PEOPLE = ("anna", "bela", "cleo", "dora", "emil", "fred")
SHARED = "family@example.com"
ZONES = {"fred": "America/New_York"}
PARTS = {
    "email": 'email:\n  en: {subject: "hello", html: "<p>hello</p>"}\n',
    "sms": 'sms:\n  en: {text: "hello"}\n',
}


def build() -> None:
    """Publish the journeys and let the people in, each of whom consents to everything."""
    Workspace.get()
    Workspace.objects.update(salt=uuid.UUID(int=7), incarnation=uuid.UUID(int=7), minimum_gap_minutes=0)
    FrequencyCap.objects.all().delete()
    QuietHoursRule.objects.all().delete()
    Topic.objects.create(key="club", title={"en": "Club"})
    for name in JOURNEYS:
        publish(Text("journey.yaml", journey(name)), [Text(f"{name}.yaml", _template(name))], MONDAY_NOON)
    long_ago = MONDAY_NOON - timedelta(days=30)
    people = [
        Person(
            name,
            language="en",
            time_zone=ZONES.get(name, "Europe/Warsaw"),
            attributes={"first_name": f"{name}-the-first"},
            addresses={
                "email": SHARED if name in ("anna", "bela") else f"{name}@example.com",
                "sms": f"+48 600 100 20{number}",
            },
            created_at=long_ago,
        )
        for number, name in enumerate(PEOPLE)
    ]
    ids = save(people, long_ago).ids
    granted = [Statement(one, channel, "granted", "test") for one in ids for channel in ("email", "sms")]
    record_consents(granted, long_ago)


def journey(name: str) -> str:
    """A journey's YAML."""
    channel, purpose, header, steps = JOURNEYS[name]
    lines = [
        f"journey: {name}",
        f"purpose: {purpose}",
        "expires: 30 hours",
        f"entry: {{event: {name}.wanted}}",
    ]
    written = "".join(
        f"  - wait: 2 hours\n    id: {step}\n"
        if step == "rest"
        else f"  - send: {name}\n    id: {step}\n    via: [{channel}]\n"
        for step in steps
    )
    return "\n".join(lines) + f"\n{header}steps:\n{written}"


def _template(name: str) -> str:
    return f"template: {name}\n{PARTS[JOURNEYS[name][0]]}"
