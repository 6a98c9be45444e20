"""By what somebody came into a journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.entries import EventTrigger, MilestoneTrigger, Trigger
from orchestrator.events.models import Event
from orchestrator.journeys.arrivals import event_properties
from orchestrator.journeys.by_hand import BY_HAND
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import Live, version
from orchestrator.studio import rules, words

_EVENT_KEY = "event:"
MOST = 50


def parsed(version_id: int | None) -> Live | None:
    """A version as the engine reads it; None where it uses a plugin that is gone."""
    if version_id is None:
        return None
    try:
        return version(version_id)
    except DefinitionError:
        return None


def raw_triggers(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The triggers as they are written, in the order of the parsed ones."""
    entry = definition.get("entry")
    entry = entry if isinstance(entry, Mapping) else {}
    return [one for one in entry.get("any_of") or [entry] if isinstance(one, Mapping)]


def say_entry(enrollment: Enrollment, definition: Mapping[str, Any]) -> str:
    """ "by order.placed of 2 March" where the event is known, else the trigger in words; "" if nothing is known."""
    if enrollment.entry_key.startswith(BY_HAND):
        return _("by hand")
    live = parsed(enrollment.version_id)
    if live is None:
        return ""
    written = raw_triggers(definition)
    triggers = live.definition.entry.triggers
    likely = [place for place, one in enumerate(triggers) if _fits(one, enrollment.entry_key)]
    places = likely or list(range(len(triggers)))
    event = opening_event(enrollment, [triggers[place] for place in places])
    if event is not None:
        told = {"event": event.name, "when": words.moment(event.occurred_at)}
        return _("by %(event)s of %(when)s") % told
    said = [rules.say_trigger(written[place]) for place in places if place < len(written)]
    return _("by the rule: %(rule)s") % {"rule": f" {_('or')} ".join(said)} if said else ""


def _fits(trigger: Trigger, key: str) -> bool:
    return key in _keys(trigger) or (bool(key) and key.partition(":")[0] == trigger.name)


def _keys(trigger: Trigger) -> Iterator[str]:
    yield trigger.name
    if isinstance(trigger, MilestoneTrigger):
        yield from trigger.entry_keys()


def opening_event(enrollment: Enrollment, triggers: Sequence[Trigger]) -> Event | None:
    """The event that opened the door: named by the key, or the last one that says what the entry says."""
    events = Event.objects.filter(customer_id=enrollment.customer_id)
    number = enrollment.entry_key.removeprefix(_EVENT_KEY)
    if enrollment.entry_key.startswith(_EVENT_KEY) and number.isdecimal():
        return events.filter(pk=int(number)).first()
    names = {
        getattr(one, "event", "") for one in triggers if isinstance(one, (EventTrigger, MilestoneTrigger))
    }
    before = events.filter(name__in=names, occurred_at__lte=enrollment.entered_at, backfilled=False)
    said = enrollment.entry_properties
    newest = before.order_by("-occurred_at", "-id")[:MOST] if names else ()
    return next((event for event in newest if event_properties(event) == said), None)  # type: ignore[arg-type]
