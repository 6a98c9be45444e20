"""Where the merged are members, the survivor is: since the earlier of the two. Nobody has come or gone by that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hand_over
from orchestrator.segments.models import Membership, Score, Transition
from orchestrator.segments.refresh import refresh
from orchestrator.segments.scoring.score import rescore
from orchestrator.store import bulk

Row = tuple[int, int, int, datetime]  # id, segment, customer, since


def handle() -> None:
    """Have memberships joined in a merge."""
    models = ("segments.Membership", "segments.Transition", "segments.Score")
    joining.register("segments", Handler(models, join, tell=tell))


def tell(customer_ids: Collection[int], now: datetime) -> None:
    """Who has come or gone by what each did alone is told aloud, as ever: only what they are together is silent."""
    refresh(customer_ids, now)


def join(into: Into, now: datetime) -> None:
    """Move the memberships, each once. Whether the survivor fulfils the rule is asked when all else is joined."""
    by_place: dict[tuple[int, int], list[Row]] = defaultdict(list)
    rows = Membership.objects.filter(customer_id__in={*into, *into.values()}).order_by(
        "customer_id", "segment_id"
    )
    for row in rows.select_for_update().values_list("id", "segment_id", "customer_id", "since"):
        by_place[into.get(row[2], row[2]), row[1]].append(row)
    stays = {place: _kept(place[0], mine) for place, mine in by_place.items()}
    gone = {row[0] for mine in by_place.values() for row in mine} - {row[0] for row in stays.values()}
    Membership.objects.filter(id__in=gone).delete()
    since = {place: min(row[3] for row in mine) for place, mine in by_place.items()}
    moved = [
        (row[0], place[0], since[place])
        for place, row in stays.items()
        if (row[2], row[3]) != (place[0], since[place])
    ]
    bulk.update(Membership, ("customer", "since"), moved)
    hand_over(Transition, into)
    Score.objects.filter(customer__in=set(into)).delete()
    rescore(sorted(set(into.values())), now)


def _kept(survivor: int, rows: list[Row]) -> Row:
    """The survivor's own row where there is one."""
    return min(rows, key=lambda row: (row[2] != survivor, row[3], row[0]))
