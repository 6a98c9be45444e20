"""Why a launch let somebody in or not, and when the next one comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.audiences import Launched
from orchestrator.journeys.models import Journey, Launch
from orchestrator.journeys.versions import Live
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.studio import words
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import Workspace


def say_launch(
    customer: Customer, journey: Journey, place: int, trigger: Launched, live: Live, now: datetime
) -> Iterator[tuple[str, str]]:
    """The last launch and the next, and whether the person is among those meant at this moment."""
    rows = Launch.objects.filter(journey=journey, trigger=place).order_by("-on")
    for row in rows[:2]:
        yield _told(row)
    if trigger.who is None:
        return
    scope = Scope(CUSTOMERS, now, ZoneInfo(Workspace.get().time_zone), live.brand_id)
    if matching(Customer, [customer.pk], trigger.who, scope):
        yield "in_audience", _("They are among those meant now.")
    else:
        yield "not_in_audience", _("They are not among those meant now.")


def _told(row: Launch) -> tuple[str, str]:
    told = {"when": words.moment(row.opens_at)}
    if row.state == Launch.State.PLANNED:
        return "launch_planned", _("The launch of %(when)s is still to come.") % told
    if row.state == Launch.State.RUNNING and row.waits_for:
        said = _("The launch of %(when)s is under way; it waits for %(count)s messages to go out first.")
        return "launch_waits", said % (told | {"count": grouped(row.waits_for)})
    if row.state == Launch.State.RUNNING:
        return "launch_running", _("The launch of %(when)s is under way; their wave may still come.") % told
    if row.state == Launch.State.MISSED:
        return "launch_missed", _("The launch of %(when)s was found too late and let nobody in.") % told
    if row.state == Launch.State.DONE:
        return "launch_done", _("The launch of %(when)s is over and did not let them in.") % told
    return "launch_stopped", _("The launch of %(when)s was stopped before it reached them.") % told
