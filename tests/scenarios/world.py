"""A small world for scenarios: people, what they do, a clock that only moves when told, and what reached them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.publish import Published, publish
from orchestrator.journeys.work import next_due, work
from orchestrator.messaging.models import MailboxMessage, Message

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EMAIL = 'email:\n  en: {{subject: "{key} {{{{ customer.first_name|default(\'you\') }}}}", html: "<p>{key}</p>"}}\n'


class World:
    """`now` starts on Monday, 2 March 2026, 12:00 UTC (13:00 in Warsaw)."""

    def __init__(self) -> None:
        self.now = MONDAY_NOON
        self._events = 0

    def publish(self, journey: str, **templates: str) -> Published:
        """Publish a journey; templates by key, each YAML below its `template:` line ("" for a plain email)."""
        texts = [
            Text(f"{key}.yaml", f"template: {key}\n" + (body or EMAIL.format(key=key)))
            for key, body in templates.items()
        ]
        return publish(Text("journey.yaml", journey), texts, self.now)

    def person(self, name: str = "anna", consents: tuple[str, ...] = ("email",), **fields: Any) -> int:
        """A customer with an email address and a phone, who consented to these channels a day ago."""
        addresses = fields.pop("addresses", {"email": f"{name}@example.com", "sms": "+48 600 100 200"})
        given = {"first_name": name.title(), **fields.pop("attributes", {})}
        day_ago = self.now - timedelta(days=1)
        person = Person(
            name, language="en", attributes=given, addresses=addresses, created_at=day_ago, **fields
        )
        (customer,) = save([person], day_ago).ids
        record_consents([Statement(customer, channel, "granted", "test") for channel in consents], day_ago)
        return customer

    def event(self, customer: int, name: str, amount: str | None = None, **properties: Any) -> None:
        """Something happens now."""
        self._events += 1
        value = None if amount is None else Decimal(amount)
        record_events(
            [NewEvent(customer, name, self.now, f"event-{self._events}", value, properties)], self.now
        )

    def run(self, **ahead: float) -> None:
        """Work now, then at every moment something is due, until `ahead` (a timedelta's arguments) has passed."""
        end = self.now + timedelta(**ahead)
        work(self.now)
        while (due := next_due(self.now)) is not None and due <= end:
            self.now = max(due, self.now)
            work(self.now)
        self.now = end

    def mailbox(self) -> list[tuple[str, str, str]]:
        """(channel, recipient, subject) of everything that was delivered, oldest first."""
        return list(
            MailboxMessage.objects.order_by("composed_at", "id").values_list(
                "channel", "recipient", "subject"
            )
        )

    def messages(self) -> list[tuple[str, str, str]]:
        """(step, state, reason) of every message, oldest first."""
        return list(Message.objects.order_by("id").values_list("step", "state", "reason"))

    def enrollments(self) -> list[tuple[str, str, str]]:
        """(entry key, status, reason) of every enrollment, oldest first."""
        return list(Enrollment.objects.order_by("id").values_list("entry_key", "status", "reason"))
