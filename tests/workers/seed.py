"""What the processes of these tests find in their database, and what they made of it."""

from __future__ import annotations

from datetime import UTC, datetime

JOURNEY = """
journey: hello
entry: {event: customer.signed_up}
purpose: transactional
steps:
  - send: welcome
    id: hello
"""
TEMPLATE = 'template: welcome\nemail:\n  en: {subject: "Hello", html: "<p>Hello</p>"}\n'


def seed(names: tuple[str, ...]) -> None:
    """Publish a journey of one message, and let these people sign up."""
    from orchestrator.customers.people import Person
    from orchestrator.customers.save import save
    from orchestrator.events.record import NewEvent, record
    from orchestrator.journeys.folders import Text
    from orchestrator.journeys.publish import publish

    now = datetime.now(UTC)
    publish(Text("journey.yaml", JOURNEY), [Text("welcome.yaml", TEMPLATE)], now)
    people = [Person(name, addresses={"email": f"{name}@example.com"}) for name in names]
    ids = save(people, now).ids
    record(
        [
            NewEvent(id_, "customer.signed_up", now, f"up-{name}")
            for name, id_ in zip(names, ids, strict=True)
        ],
        now,
    )


def report() -> str:
    """What was sent, to whom, and how the enrollments ended."""
    from orchestrator.journeys.models import Enrollment
    from orchestrator.messaging.models import Message

    sent = sorted(Message.objects.filter(state="accepted").values_list("address", flat=True))
    completed = Enrollment.objects.filter(status="completed").count()
    return f"{len(sent)} accepted to {', '.join(sent)}; {completed} completed"
