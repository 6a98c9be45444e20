"""GROUPS: the sample shop's segments and scores, who has come and gone in the last weeks of its life, and who may be one.

Workers look at everybody by the hour and score them by the day. The demo's clock leaps, and would stop at each of these
hours; so everybody is looked at once when the segments are brought in and once at the end, and in between whoever does
something. From then on the workers' own times hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchestrator.duplicates.search import search
from orchestrator.duplicates.search import want as want_search
from orchestrator.journeys.yaml_write import flow
from orchestrator.segments.measure import measure
from orchestrator.segments.models import ScoreBasis, Segment
from orchestrator.segments.ready import bring_in
from orchestrator.segments.ready_list import READY
from orchestrator.segments.refresh import pass_over
from orchestrator.segments.scoring.score import again, score

BROUGHT_IN = frozenset(
    {
        "rfm_champions", "rfm_loyal", "rfm_new", "rfm_waning", "rfm_at_risk", "rfm_asleep", "stage_vip", "due_soon",
        "looked_not_bought", "open_ticket",
    }
)  # fmt: skip
SINCE = timedelta(weeks=2)


class Groups:
    """Brings the segments in when their time has come."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        self._ends, self._due = ends, max(begins, ends - SINCE)

    def look(self, now: datetime) -> None:
        """Bring them in and look at everybody, if it is time and was not done."""
        if now < self._due:
            return
        self._due = datetime.max.replace(tzinfo=UTC)
        _bring_in(now)
        look_at_all(now)
        ScoreBasis.objects.update(due_at=self._ends)
        Segment.objects.filter(due_at__isnull=False).update(due_at=self._ends)

    def end(self) -> None:
        """Look at everybody as the tale leaves them, and for people who have two accounts."""
        look_at_all(self._ends)
        want_search(self._ends)
        while search(self._ends):
            pass


def look_at_all(now: datetime) -> None:
    """Score everybody, find who is in which segment, and write down how many."""
    again(now)
    while score(now):
        pass
    Segment.objects.filter(due_at__isnull=False).update(due_at=now)
    while pass_over(now):
        pass
    while measure(now):
        pass


def _bring_in(now: datetime) -> None:
    for one in READY:
        if one.key in BROUGHT_IN:
            bring_in(one, flow(one.rule), now)
