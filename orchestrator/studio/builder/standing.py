"""How a segment stands: how many are in it, when everybody was looked at, who has come and gone, and ten members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.audiences import ENTERED, LEFT
from orchestrator.events.models import Event
from orchestrator.segments.models import Membership, Segment, Transition
from orchestrator.studio import small, words
from orchestrator.studio.builder.look import sentence
from orchestrator.studio.builder.used import Use, uses
from orchestrator.studio.cells import Cells, charted
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import at_most, grouped

DAYS, MOST_EVENTS, MEMBERS, LAST = 7, 20_000, 10, 20


@dataclass(frozen=True, slots=True)
class Day:
    """Who came into the segment and who left it on one day of the workspace's zone."""

    name: str
    came: str
    went: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of the page above the form."""

    headline: str
    looked: str
    rule: str
    days: Sequence[Day]
    moved: str
    members: Sequence[tuple[str, str, str]]
    last: Sequence[tuple[str, str, bool, datetime]]
    uses: Sequence[Use]


def read_standing(segment: Segment, now: datetime, named: bool = True) -> Standing:
    """Counts stop at ten thousand, comings and goings at the newest events. `named`: with names of people."""
    members = Membership.objects.filter(segment=segment)
    days, moved = _moved(segment, now)
    return Standing(
        _headline(at_most(members)),
        _looked(segment),
        sentence(segment.rule) if not segment.static else _("It has none: who is on the list was put there."),
        days,
        moved,
        _members(segment) if named else [],
        _last(segment) if named else [],
        uses(segment.key),
    )


def _headline(count: str) -> str:
    return _("In this segment: %(count)s") % {"count": count}


def _looked(segment: Segment) -> str:
    """When everybody was looked at, and when again."""
    if segment.static:
        return _("A list: nobody comes or goes by what they do.")
    if not segment.settled:
        return _("Its members are being found for the first time with this rule; the number still grows.")
    when = {"when": words.moment(segment.passed_at), "next": words.moment(segment.due_at)}
    if segment.due_at is None:
        return (
            _("Everybody was looked at: %(when)s; since then, whoever does something is looked at at once.")
            % when
        )
    return words.stopped(_("Everybody was looked at: %(when)s; next: %(next)s") % when)


def _moved(segment: Segment, now: datetime) -> tuple[list[Day], str]:
    """The last days, as far as the newest events go back; those found in silence have not come."""
    today = timezone.localtime(now).date()
    begin = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=DAYS - 1
    )
    newest = Event.objects.filter(occurred_at__gte=begin, occurred_at__lte=now).order_by("-occurred_at")
    rows = list(newest.values_list("occurred_at", "name", "properties__segment", "backfilled")[:MOST_EVENTS])
    counts = Counter(
        (timezone.localtime(at).date(), name)
        for at, name, key, backfilled in rows
        if name in (ENTERED, LEFT) and key == segment.key and not backfilled
    )
    since = timezone.localtime(rows[-1][0]) if len(rows) == MOST_EVENTS else begin
    dates = [day for day in (today - timedelta(days=ago) for ago in range(DAYS)) if day >= since.date()]
    shown = charted({name: {str(day): counts[day, name] for day in dates} for name in (ENTERED, LEFT)})
    days = [
        Day(
            formats.date_format(day, "DATE_FORMAT"),
            shown.say((ENTERED, str(day))),
            shown.say((LEFT, str(day))),
        )
        for day in dates
    ]
    return days if counts else [], _summed(shown, since, len(rows))


def _summed(shown: Cells, since: datetime, looked_at: int) -> str:
    came, went = shown.counts[ENTERED], shown.counts[LEFT]
    said = ngettext("%(count)s person came", "%(count)s people came", small.plural(came))
    left = ngettext("%(count)s went", "%(count)s went", small.plural(went))
    moved = f"{said % {'count': shown.say(ENTERED)}}, {left % {'count': shown.say(LEFT)}}"
    told = {"moved": moved if came or went else _("nobody came and nobody went")}
    if looked_at < MOST_EVENTS:
        return _("In the last %(days)s days: %(moved)s.") % (told | {"days": str(DAYS)})
    told |= {"most": grouped(MOST_EVENTS), "when": words.moment(since)}
    return _("Since %(when)s, as far as the newest %(most)s events go back: %(moved)s.") % told


def _members(segment: Segment) -> list[tuple[str, str, str]]:
    """Ten of them, the newest customers first: name, external id, page."""
    newest = Membership.objects.filter(segment=segment).order_by("-customer_id")
    ids = list(newest.values_list("customer_id", flat=True)[:MEMBERS])
    people = Customer.objects.filter(pk__in=ids).order_by("-pk")
    return [(str(one), one.external_id or "", url_of("customers_customer", one.pk)) for one in people]


def _last(segment: Segment) -> list[tuple[str, str, bool, datetime]]:
    """The last twenty who came or went: name, page, whether they came, when."""
    rows = list(
        Transition.objects.filter(segment=segment)
        .order_by("-at", "-customer_id")
        .values_list("customer_id", "entered", "at")[:LAST]
    )
    people = Customer.objects.in_bulk([id_ for id_, _came, _at in rows])
    return [
        (str(people.get(id_, f"#{id_}")), url_of("customers_customer", id_), came, at)
        for id_, came, at in rows
    ]
