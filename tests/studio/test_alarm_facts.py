"""What a look finds in the database: delivery that falls, complaints, late campaigns, spent budgets, silent workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.domain.alarms import Kind, Level, Sign
from orchestrator.journeys.alarms.facts import read
from orchestrator.journeys.models import Journey, Launch
from orchestrator.messaging.models import Budget, Message, Receipt, Spending, StepFault, TemplateVersion
from orchestrator.workspace.models import Brand, Heartbeat, Workspace
from tests.studio.sample import make_journey, make_template

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def brand(db: None) -> Brand:
    Workspace.get()
    found = Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})[0]
    make_template(found, NOW)
    return found


def send(brand: Brand, states: list[str], channel: str = "email", **fields: Any) -> list[Message]:
    """Messages in the order in which they were planned."""
    text, first = TemplateVersion.objects.get(), Message.objects.count()
    return Message.objects.bulk_create(
        Message(
            **{
                "key": f"{first + number:032x}",
                "customer_id": 1,
                "brand": brand,
                "journey": "onboarding",
                "version": 1,
                "step": "hello",
                "template_version": text,
                "channel": channel,
                "purpose": "marketing",
                "priority": 50,
                "journey_at": NOW,
                "state": state,
                "created_at": NOW,
                "due_at": NOW,
                "expires_at": NOW,
                **fields,
            }
        )
        for number, state in enumerate(states)
    )


def signs(kind: Kind, open_: Any = None) -> list[Sign]:
    return [one for one in read(NOW, open_ or {}) if one.kind is kind]


def test_the_newest_of_each_channel_are_compared_with_those_before(brand: Brand) -> None:
    send(brand, ["accepted"] * 600)
    send(brand, ["skipped"] * 50)  # the rules said no: nobody tried
    send(brand, ["rejected"] * 50 + ["accepted"] * 450)
    send(brand, ["rejected"] * 300, test=True)
    send(brand, ["failed"] * 399, channel="sms")  # too few to say
    told = {"newest": 500, "accepted": 450, "share": 0.9, "was": 1.0}
    assert signs(Kind.DELIVERY) == [Sign(Kind.DELIVERY, "email", Level.OVER, told)]
    still = {(Kind.DELIVERY, "email"): {"was": 0.94}}
    assert signs(Kind.DELIVERY, still) == [Sign(Kind.DELIVERY, "email", Level.CALM, told | {"was": 0.94})]


def test_a_message_called_spam_twice_counts_once(brand: Brand) -> None:
    rows = send(brand, ["accepted"] * 1000)
    other = send(brand, ["accepted"], channel="sms")
    for number, message in enumerate([*rows[:3], rows[0], *other]):
        Receipt.objects.create(
            key=str(number),
            provider="acme",
            kind="complained",
            message=message,
            occurred_at=NOW,
            received_at=NOW,
        )
    Receipt.objects.create(
        key="opened", provider="acme", kind="opened", message=rows[5], occurred_at=NOW, received_at=NOW
    )
    email = {"complained": 3, "accepted": 1000}
    assert signs(Kind.MANY_COMPLAINTS) == [
        Sign(Kind.MANY_COMPLAINTS, "email", Level.OVER, email),
        Sign(Kind.MANY_COMPLAINTS, "sms", Level.CALM, {"complained": 1, "accepted": 1}),
    ]


def test_launches_that_are_late_or_were_missed(brand: Brand) -> None:
    journey, _ = make_journey(brand, NOW)
    paused = Journey.objects.create(key="paused", title="Paused", brand=brand, status="paused")
    made = [
        (journey, "planned", timedelta(minutes=20), None),
        (journey, "running", timedelta(minutes=6), None),
        (journey, "planned", timedelta(minutes=4), None),
        (paused, "planned", timedelta(hours=2), None),
        (journey, "missed", None, timedelta(hours=23)),
        (journey, "missed", None, timedelta(hours=25)),
        (journey, "done", None, timedelta(hours=1)),
    ]
    rows = [
        Launch.objects.create(
            journey=of,
            trigger=number,
            on=NOW.date(),
            opens_at=NOW,
            state=state,
            due_at=NOW - late if late else None,
            finished_at=NOW - over if over else None,
        )
        for number, (of, state, late, over) in enumerate(made)
    ]
    found = [(one.subject, one.level) for one in signs(Kind.CAMPAIGN)]
    assert found == [
        (str(rows[0].pk), Level.OVER),
        (str(rows[1].pk), Level.BETWEEN),
        (str(rows[4].pk), Level.OVER),
    ]
    assert signs(Kind.CAMPAIGN)[0].evidence == {
        "id": journey.pk,
        "journey": "onboarding",
        "title": "Welcome new customers",
        "titles": {},
        "on": NOW.date().isoformat(),
        "launch": rows[0].pk,
        "due_at": (NOW - timedelta(minutes=20)).isoformat(),
    }


def test_a_budget_that_is_off_is_not_looked_at(brand: Brand) -> None:
    for name, enabled in (("Texts", True), ("Old", False)):
        one = Budget.objects.create(name=name, amount="100", period="", enabled=enabled)
        Spending.objects.create(budget=one, begins_on="2000-01-01", spent=Decimal("95.5"))
    (found,) = signs(Kind.BUDGET)
    assert (found.level, found.evidence["name"], Decimal(found.evidence["spent"])) == (
        Level.OVER,
        "Texts",
        Decimal("95.5"),
    )


def test_workers_are_missed_only_where_there_were_some_and_something_is_due(brand: Brand) -> None:
    assert signs(Kind.WORKERS) == []
    (message,) = send(brand, ["planned"], due_at=NOW - timedelta(minutes=5))
    assert signs(Kind.WORKERS) == []  # nobody ever worked here
    beat = Heartbeat.objects.create(worker="a", kind="work", started_at=NOW, beat_at=NOW)
    assert signs(Kind.WORKERS) == []
    Heartbeat.objects.update(beat_at=NOW - timedelta(minutes=2))
    told = {"last": (NOW - timedelta(minutes=2)).isoformat(), "due_since": message.due_at.isoformat()}
    assert signs(Kind.WORKERS) == [Sign(Kind.WORKERS, "", Level.OVER, told)]
    Message.objects.update(due_at=NOW + timedelta(minutes=1))
    assert signs(Kind.WORKERS) == []
    assert beat.pk


def test_a_template_that_cannot_be_rendered_five_times_in_a_row(brand: Brand) -> None:
    make_journey(brand, NOW)
    for step, count in (("hello", 5), ("bye", 4)):
        StepFault.objects.create(
            journey="onboarding", version=1, step=step, in_a_row=count, detail="line 3", since=NOW
        )
    (found,) = signs(Kind.STEP)
    assert (found.subject, found.evidence["title"], found.evidence["detail"]) == (
        "onboarding hello",
        "Welcome new customers",
        "line 3",
    )
