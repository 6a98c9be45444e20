"""INTENTS: the messages and calls that walks lead to, with what each tells its template.

In a batch most say the same thing at the same step: whatever that settles is worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from orchestrator.domain.keys import message_key
from orchestrator.domain.policy import SYSTEM
from orchestrator.domain.walks import Sending, Walk
from orchestrator.journeys.calls import CHANNEL, pin_of
from orchestrator.journeys.versions import Live
from orchestrator.messaging.plan import Intent
from orchestrator.sdk.steps import Call, Send
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.travel import Passenger

Fields = dict[str, Any]
# A plugin's Send may be of a class of its own, of which only what it says can be relied on.
_words = attrgetter("channel", "template", "topic", "priority", "on_cap")


def intents(
    passengers: Sequence[Passenger], walks: Mapping[int, Walk], live: Mapping[int, Live], now: datetime
) -> list[Intent]:
    """What is to be planned for those who stopped at a step that sends or calls."""
    sending = [(one, end) for one in passengers if isinstance(end := walks[one.id].end, Sending)]
    if not sending:
        return []
    language = (Workspace.get().languages or ["en"])[0]
    known: dict[tuple[Any, ...], _Same] = {}
    answer = []
    for one, end in sending:
        place = (one.version_id, end.step, *(() if isinstance(end.send, Call) else _words(end.send)))
        if place not in known:
            known[place] = _Same(end, live[one.version_id], language, now)
        answer.append(known[place].intent(one, end))
    return answer


class _Same:
    """What all have in common who say the same thing at the same step of a version."""

    def __init__(self, end: Sending, version: Live, language: str, now: datetime) -> None:
        self._fields = _fields(end, version, now)
        self._channel: str = self._fields["channel"]
        self._journey = _journey(end.step, version, language)
        self._told: dict[str, Fields] = {}

    def intent(self, one: Passenger, end: Sending) -> Intent:
        """One person's."""
        return Intent(
            key=message_key(one.id, end.step, end.visit, self._channel),
            customer_id=one.customer_id,
            enrollment_id=one.id,
            visit=end.visit,
            held_out=one.held_out,
            parameters=self._parameters(one),
            due_at=end.due_at,
            **self._fields,
        )

    def _parameters(self, one: Passenger) -> Fields:
        """Who came in by nothing that has properties, with the same key, is told the very same: it is written once."""
        if one.entry_properties:
            return _parameters(one, self._journey)
        if one.entry_key not in self._told:
            self._told[one.entry_key] = _parameters(one, self._journey)
        return self._told[one.entry_key]


def _fields(end: Sending, version: Live, now: datetime) -> Fields:
    definition, said = version.definition, end.send
    return {
        "brand_id": version.brand_id,
        "journey": version.key,
        "version": version.number,
        "step": end.step,
        "channel": CHANNEL if isinstance(said, Call) else said.channel,
        "journey_at": version.journey_at,
        "expires_at": now + definition.expires.approximate,
        "on_cap": (said.on_cap if isinstance(said, Send) else "") or definition.on_cap,
        **_said(end.step, said, version),
    }


def _said(step_id: str, said: Send | Call, version: Live) -> Fields:
    """What a message says to a person, and what a call says to a system."""
    definition = version.definition
    if isinstance(said, Call):
        step = definition.step(step_id)
        webhook = step.kind.webhook(step.params)
        assert webhook is not None  # `advance` has seen to it
        return {
            "template_version_id": version.templates[pin_of(step_id)],
            "purpose": SYSTEM,
            "topic": "",
            "priority": definition.priority,
            "address": webhook.url,
        }
    return {
        "template_version_id": version.templates[said.template],
        "purpose": definition.purpose,
        "topic": said.topic or definition.topic,
        "priority": definition.priority if said.priority is None else said.priority,
    }


def _journey(step: str, version: Live, language: str) -> Fields:
    variant = version.definition.variant(step)
    return {"title": version.definition.title_in(language)} | ({"variant": variant} if variant else {})


def _parameters(one: Passenger, journey: Fields) -> Fields:
    """What the journey tells the template: what let them in, and the journey itself."""
    return {"event": one.entry_properties, "entry": entry_of(one.entry_key), "journey": journey}


def entry_of(entry_key: str) -> Fields:
    """The entry as templates see it: its key, with the number that a milestone's key ends in."""
    value = _number(entry_key.partition(":")[0]) or _number(entry_key.replace(":", "_"))
    return {"key": entry_key} | ({"value": int(value) if value == int(value) else value} if value else {})


def _number(key: str) -> float | None:
    """The number that a key ends in: 500 of `spent_500`, 2026 of `birthday_2026`."""
    name, _, tail = key.rpartition("_")
    return float(tail) if name and tail.replace(".", "", 1).isdigit() else None
