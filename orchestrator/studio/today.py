"""The first page: is everything well, and what goes out today?

Every number is read from the newest rows by primary key, so the page costs the same with a thousand customers and
with a million. Where older rows could have counted too, the words say what was looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.studio import alarmed, audit, hours, living, longwork, requests, words
from orchestrator.studio.halted import say_workers
from orchestrator.studio.numbers import grouped
from orchestrator.workspace import heartbeats

NEWEST = 20_000
_COMMON_REASONS = 8


@dataclass(frozen=True, slots=True)
class Today:
    """All that stands on the page."""

    sentence: str
    workers: str
    alarms: list[alarmed.Shown]
    untold: list[str]
    hours: hours.Hours
    living: living.Living
    work: list[longwork.Work]
    skips: list[tuple[str, str, str]]
    skips_of: str
    audit: audit.Audit | None


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the first page."""
    if not (request.user.is_superuser or request.user.get_all_permissions()):  # type: ignore[union-attr]
        return {**context, "today": None, "requests": [], "title": _("Today")}
    now = timezone.now()
    asked = requests.first_page(request.user, now)
    return {
        **context,
        "today": read_today(now, sum(one.yours for one in asked)),
        "requests": asked,
        "title": _("Today"),
    }


def read_today(now: datetime, asked: int = 0) -> Today:
    """Read the page's numbers. `asked`: how many requests wait for this reader's decision."""
    heard = heartbeats.read(now)
    shown, day = alarmed.alarms(now, heard), hours.read(now)
    skips, looked_at = _skips()
    return Today(
        _sentence(day, shown, asked),
        say_workers(heard, now),
        shown,
        list(alarmed.untold(now, heard)),
        day,
        living.read(now),
        longwork.read(),
        skips,
        grouped(looked_at),
        audit.read(now),
    )


def _sentence(day: hours.Hours, alarms: Sequence[alarmed.Shown], asked: int) -> str:
    going = ngettext("%(count)s message goes out today", "%(count)s messages go out today", day.going) % {
        "count": grouped(day.going)
    }
    if day.more:
        going = _("More than %(count)s messages go out today") % {"count": grouped(day.going)}
    return _("%(going)s; %(needs)s.") % {"going": going, "needs": _needs(alarms, asked)}


def _needs(alarms: Sequence[alarmed.Shown], asked: int) -> str:
    """What asks for somebody: journeys by name, whatever else is wrong, and what others want to publish."""
    journeys = len({one.journey for one in alarms if one.journey})
    others = sum(1 for one in alarms if not one.journey)
    told = [
        ngettext("%(count)s journey needs you", "%(count)s journeys need you", journeys)
        % {"count": grouped(journeys)}
    ] * bool(journeys)
    told += [
        ngettext("%(count)s alarm needs you", "%(count)s alarms need you", others)
        % {"count": grouped(others)}
    ] * bool(others)
    told += [
        ngettext("%(count)s request waits for you", "%(count)s requests wait for you", asked)
        % {"count": grouped(asked)}
    ] * bool(asked)
    return ", ".join(told) or _("nothing needs you")


def _skips() -> tuple[list[tuple[str, str, str]], int]:
    """The commonest reasons of the newest messages, and of how many messages."""
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    window = Message.objects.filter(id__gt=newest - NEWEST)
    rows = (
        window.filter(state=State.SKIPPED)
        .values_list("reason")
        .annotate(count=Count("id"))
        .order_by("-count", "reason")[:_COMMON_REASONS]
    )
    base = reverse("admin:messaging_message_changelist") + "?state__exact=skipped&reason__exact="
    skips = [(words.reason(reason) or "–", grouped(count), base + reason) for reason, count in rows]
    return skips, window.count()
