"""Why replenishment let nobody in yet, or when it will: group by group."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.journeys.models import EntryTimer, Journey
from orchestrator.studio import words

Said = tuple[str, str]  # a code, and the sentence


def say_replenishment(
    customer: Customer, journey: Journey, place: int, trigger: ReplenishmentTrigger
) -> Iterator[Said]:
    """What is known of each group they have bought of."""
    timers = EntryTimer.objects.filter(journey=journey, trigger=place, customer=customer).order_by("part")
    if not timers:
        yield "no_event", _("%(event)s never happened to them.") % {"event": trigger.event}
    for timer in timers:
        yield _of_group(timer)


def _of_group(timer: EntryTimer) -> Said:
    told = {
        "group": timer.part or _("all purchases"),
        "last": words.moment(timer.anchor_at) if timer.anchor_at else "–",
        "when": words.moment(timer.due_at) if timer.due_at else "–",
        "intervals": timer.intervals or 0,
    }
    if timer.due_at is not None:
        return "timer_set", _("%(group)s, bought last on %(last)s: their time comes on %(when)s") % told
    if timer.key:
        return "timer_fired", _("%(group)s: they were let in for the purchase of %(last)s.") % told
    return (
        "too_few_purchases",
        _("%(group)s: %(intervals)s intervals between their purchases are known, and too few of others'.")
        % told,
    )
