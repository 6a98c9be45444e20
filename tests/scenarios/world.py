"""A small world for scenarios: people, what they do, a clock that only moves when told, and what reached them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from orchestrator import registry
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.publish import Published, publish
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import never, walk_by, work
from orchestrator.messaging.models import Decision, MailboxMessage, Message
from orchestrator.messaging.withdraw import record as withdraw
from orchestrator.workspace.models import Workspace
from tests.scenarios.scripted import Plugin, Scripted

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EMAIL = 'email:\n  en: {{subject: "{key} {{{{ customer.first_name|default(\'you\') }}}}", html: "<p>{key}</p>"}}\n'


class World:
    """`now` starts on Monday, 2 March 2026, 12:00 UTC (13:00 in Warsaw)."""

    def __init__(self) -> None:
        self.now = MONDAY_NOON
        self._events = 0
        self._providers: dict[str, Scripted] = {}

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
        self.late_event(customer, name, self.now, amount, **properties)

    def late_event(
        self, customer: int, name: str, at: datetime, amount: str | None = None, **properties: Any
    ) -> None:
        """We hear now of what happened then."""
        self._events += 1
        value = None if amount is None else Decimal(amount)
        record_events([NewEvent(customer, name, at, f"event-{self._events}", value, properties)], self.now)

    def withdraw(self, customer: int, channel: str = "email", topic: str = "") -> None:
        """The person takes consent back, in the preference page or by a link."""
        withdraw([Statement(customer, channel, "withdrawn", "test", topic=topic)], self.now)

    def grant(self, customer: int, channel: str = "email", topic: str = "") -> None:
        """The person gives consent."""
        record_consents([Statement(customer, channel, "granted", "test", topic=topic)], self.now)

    def workspace(self, **fields: Any) -> None:
        """Change the workspace's settings."""
        Workspace.get()
        Workspace.objects.update(**fields)

    def provider(self, *answers: Any, channel: str = "email", promise: str = "N", **more: Any) -> Scripted:
        """A real provider for a channel (the allow-list is opened), which gives these answers and then accepts.

        An answer is a Result, or an exception to raise. `promise`: the provider class, I, Q or N.
        """
        scripted = Scripted.of(channel, promise, list(answers), **more)
        self.open_to([scripted])
        return scripted

    def open_to(self, providers: Sequence[Scripted]) -> None:
        """Deliver by these from now on, to whomever it may be."""
        self._providers |= {one.name: one for one in providers}
        settings.DELIVERY_ALLOWLIST = ["*"]
        registry.reset(registry.load([], {"scripted": Plugin(list(self._providers.values()))}))

    def run(self, **ahead: float) -> None:
        """Work now, then at every moment something is due, until `ahead` (a timedelta's arguments) has passed."""
        self.run_to(self.now + timedelta(**ahead))

    def run_to(self, end: datetime) -> None:
        """The same, until that moment."""
        work(self.now)
        while (due := next_due()) is not None and due <= end:
            self.now = max(due, self.now)
            work(self.now)
        self.now = end

    def run_walks(self) -> None:
        """Let people in and move them, and deliver nothing: what is planned stays so."""
        walk_by(lambda: self.now, never)

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

    def sent(self) -> list[tuple[str, str]]:
        """(when in Warsaw, step) of every message that was handed to a provider, by time: ("Mon 13:00", "hello")."""
        rows = Message.objects.exclude(handed_off_at=None).order_by("handed_off_at", "id")
        return [
            (at.astimezone(WARSAW).strftime("%a %H:%M"), step)
            for at, step in rows.values_list("handed_off_at", "step")
            if at is not None
        ]

    def decisions(self, step: str) -> list[tuple[str, str]]:
        """(outcome, reason) of everything the gate said about this step's messages, oldest first."""
        return list(
            Decision.objects.filter(message__step=step).order_by("id").values_list("outcome", "reason")
        )
