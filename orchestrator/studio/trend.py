"""The size of a segment over time, as a line of one colour: drawn here, since pages may hold no styles of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.segments.models import Segment, SegmentSize
from orchestrator.studio import small
from orchestrator.studio.numbers import grouped

DAYS = 90
WIDE, HIGH, EDGE = 640, 140, 6


@dataclass(frozen=True, slots=True)
class Trend:
    """A line's points, what it says to whoever does not see it, and its bounds in words."""

    points: str
    said: str
    most: str
    least: str
    begin: str
    end: str
    wide: int = WIDE
    high: int = HIGH


def read_trend(segment: Segment, today: date) -> Trend | None:
    """The last ninety days; None where fewer than two are known, or where the line would tell of few people."""
    rows = SegmentSize.objects.filter(segment=segment, on__gt=today - timedelta(days=DAYS)).order_by("on")
    sizes = list(rows.values_list("on", "members"))
    if len(sizes) < 2 or any(small.hidden(count) for _, count in sizes):
        return None
    counts = [count for _, count in sizes]
    first, last = sizes[0], sizes[-1]
    told = {
        "first": grouped(first[1]),
        "last": grouped(last[1]),
        "begin": formats.date_format(first[0], "DATE_FORMAT"),
        "end": formats.date_format(last[0], "DATE_FORMAT"),
    }
    said = _("From %(first)s on %(begin)s to %(last)s on %(end)s.") % told
    return Trend(_points(sizes), said, grouped(max(counts)), grouped(min(counts)), told["begin"], told["end"])


def _points(sizes: Sequence[tuple[date, int]]) -> str:
    """From the left edge to the right by days, from the least at the bottom to the most at the top."""
    begin, days = sizes[0][0], (sizes[-1][0] - sizes[0][0]).days
    least, most = min(count for _, count in sizes), max(count for _, count in sizes)
    spread = (most - least) or 1
    height = HIGH - 2 * EDGE
    return " ".join(
        f"{EDGE + (WIDE - 2 * EDGE) * (on - begin).days / days:.1f},"
        f"{HIGH - EDGE - height * (count - least) / spread if most > least else HIGH / 2:.1f}"
        for on, count in sizes
    )
