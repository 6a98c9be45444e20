"""A small world for a journey's test: people, what they do, a clock that moves only when told, and what they got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.durations import parse
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.folders import find_folders
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.publish import publish
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import work
from orchestrator.messaging.models import MailboxMessage, Message
from orchestrator.messaging.withdraw import record as withdraw
from orchestrator.workspace.models import Workspace

BEGINS = "2026-03-02 13:00"  # a Monday


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it ended: when, by the workspace's clock, of which step, over what. `reason` "" where it was sent."""

    at: str
    step: str
    channel: str
    reason: str = ""
    subject: str = ""


class Trial:
    """`now` is a moment of the workspace's zone, and moves only by `until` and `passes`."""

    def __init__(self, begins: str = BEGINS) -> None:
        self._zone = ZoneInfo(Workspace.get().time_zone)
        self.now = self._moment(begins)
        self._events = 0

    def journey(self, folder: str | Path) -> str:
        """Publish the journey of a folder (below JOURNEYS_DIR, or a path); answers its key.

        DefinitionError names file, line and how to mend it. FileNotFoundError where the folder holds no one journey.
        """
        path = Path(folder) if Path(folder).is_dir() else Path(settings.JOURNEYS_DIR) / folder
        found = list(find_folders(path)) if path.is_dir() else []
        if len(found) != 1:
            raise FileNotFoundError(f"{folder} holds {len(found)} journeys; name the folder of one")
        return publish(found[0].journey, found[0].templates, self.now).journey

    def person(
        self,
        name: str = "anna",
        consents: Sequence[str] = ("email",),
        addresses: Mapping[str, str] | None = None,
        language: str = "",
        **attributes: Any,
    ) -> int:
        """Somebody known since a day, with an email address, who allowed marketing over these channels; their number."""
        before = self.now - timedelta(days=1)
        reached = {"email": f"{name}@example.com"} if addresses is None else addresses
        one = Person(name, language=language, attributes=attributes, addresses=reached, created_at=before)
        (customer,) = save([one], before).ids
        record_consents([Statement(customer, channel, "granted", "trial") for channel in consents], before)
        return customer

    def does(self, person: int, event: str, amount: str | None = None, **properties: Any) -> None:
        """Something happens now."""
        self._events += 1
        value = None if amount is None else Decimal(amount)
        record_events(
            [NewEvent(person, event, self.now, f"trial-{self._events}", value, properties)], self.now
        )

    def clicks(self, person: int, step: str) -> None:
        """They follow a link of the last message of a step."""
        last = Message.objects.filter(customer=person, step=step, state="accepted").order_by("id").last()
        assert last is not None, f"nothing of step {step!r} was sent to them"
        about: dict[str, Any] = {
            "journey": last.journey,
            "step": step,
            "enrollment": last.enrollment_id,
            "message": last.key,
        }
        self.does(person, "message.clicked", channel=last.channel, machine=False, **about)

    def withdraws(self, person: int, channel: str = "email", topic: str = "") -> None:
        """They take consent back."""
        withdraw([Statement(person, channel, "withdrawn", "trial", topic=topic)], self.now)

    def passes(self, duration: str) -> None:
        """Time passes, and all that is due in it is done: `3 days`, `12 hours`."""
        self._live(parse(duration).after(self.now, self._zone))

    def until(self, moment: str) -> None:
        """The same, until `2026-03-05 10:00`. ValueError for a moment that is over."""
        end = self._moment(moment)
        if end < self.now:
            raise ValueError(f"{moment} is over: it is {self.now.astimezone(self._zone):%Y-%m-%d %H:%M}")
        self._live(end)

    def got(self, person: int) -> list[Got]:
        """What they were sent, in the order in which it left."""
        return [one for one in self.messages(person) if not one.reason]

    def messages(self, person: int) -> list[Got]:
        """Every message for them that has ended, sent or not, and why not."""
        subjects = dict(MailboxMessage.objects.values_list("key", "subject"))
        rows = Message.objects.filter(customer=person, final_at__isnull=False)
        columns = ("final_at", "handed_off_at", "step", "channel", "state", "reason", "key")
        ended = [
            Got(self._written(left or final), step, channel, self._why(state, reason), subjects.get(key, ""))
            for final, left, step, channel, state, reason, key in rows.order_by("id").values_list(*columns)
        ]
        return sorted(ended, key=lambda one: one.at)

    def stands(self, person: int) -> str:
        """The step at which they wait; `completed`, `exited goal_met` and the like where they are through, "" if never in."""
        last = Enrollment.objects.filter(customer=person).order_by("id").last()
        if last is None:
            return ""
        if last.status == Enrollment.Status.ACTIVE:
            return str(last.step)
        return f"{last.status} {last.reason}".strip()

    def _live(self, end: datetime) -> None:
        work(self.now)
        while (due := next_due()) is not None and due <= end:
            self.now = max(due, self.now)
            work(self.now)
        self.now = end

    def _moment(self, written: str) -> datetime:
        return datetime.fromisoformat(written).replace(tzinfo=self._zone)

    def _written(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M}" if moment else ""

    @staticmethod
    def _why(state: str, reason: str) -> str:
        return "" if state == "accepted" else reason or state
