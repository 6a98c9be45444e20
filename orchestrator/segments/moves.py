"""MOVES: who went from which segment into which, and how far two have the same people.

Somebody has moved from A to B if they were in A and not in B when the days began, and are now in B and not in A. All of
that follows from what came and went since (`Transition`, one index), so it costs what has changed and not how many there
are. Who came back to where they were has not moved. Where very much has changed, a sample of the people is looked at, the
same ones at every look, and each number says how far it may be off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from django.db import connection

from orchestrator.customers.models import Customer
from orchestrator.segments.models import Membership
from orchestrator.segments.sampling import MOST, Estimate, Sample, draw, estimate
from orchestrator.store.statement import execute

MOST_CHANGES = 100_000  # comings and goings that are all counted: about a third of a second
ELSEWHERE = 0  # neither of the chosen segments


@dataclass(frozen=True, slots=True)
class Moves:
    """Between chosen segments, by their numbers. `moved`: (from, to) -> people, ELSEWHERE for none of them.

    `stayed`: who was in it and is; `now`: who is in it. Somebody who left two and came into a third stands in both rows.
    `margins`: of a sample, how far each of `moved`, and of `stayed` as (one, one), lies off at most in 95 of 100 samples;
    nothing where all is counted. `now` is always counted.
    """

    moved: Mapping[tuple[int, int], int]
    stayed: Mapping[int, int]
    now: Mapping[int, int]
    margins: Mapping[tuple[int, int], int] = field(default_factory=dict)


def moves(segments: Sequence[int], since: datetime, now: datetime, most: int = MOST_CHANGES) -> Moves:
    """What has moved between these segments after `since`, until `now`; three statements, of a sample four.

    Up to `most` comings and goings all are counted; of more, those of about as many people as have so many.
    """
    if not segments:
        return Moves({}, {}, {})
    asked = [*segments, _moment(since), _moment(now)]
    ((changes,),) = execute(_CHANGES.format(_places(segments)), asked)
    sample = _sample(int(changes) / most) if changes > most else None
    hits: dict[tuple[int, int], int] = {}
    for before, after, count in execute(_sql(len(segments), sample), asked):
        hits[before, after] = int(count)
    return _moves(segments, hits, _sizes(segments), sample)


def _moves(
    segments: Sequence[int],
    hits: Mapping[tuple[int, int], int],
    sizes: Mapping[int, int],
    sample: Sample | None,
) -> Moves:
    told = {pair: estimate(count, sample) if sample else _exact(count) for pair, count in hits.items()}
    moved = {pair: one.count for pair, one in told.items() if pair[0] != _CAME}
    nobody = estimate(0, sample) if sample else _exact(0)
    came = {id_: told.get((_CAME, id_), nobody) for id_ in segments}
    stayed = {id_: max(sizes[id_] - came[id_].count, 0) for id_ in segments}
    if sample is None:
        return Moves(moved, stayed, sizes)
    places = [*segments, ELSEWHERE]
    margins = {pair: told.get(pair, nobody).wide for pair in product(places, places) if pair[0] != pair[1]}
    return Moves(moved, stayed, sizes, margins | {(id_, id_): came[id_].wide for id_ in segments})


def _sample(weight: float) -> Sample:
    """Of whom each stands for so many: those whose number, well mixed, is small; so none is drawn by what they do."""
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    return Sample(range(max(round(last / weight), 1)), weight, whole=False)


def _moment(value: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(value)


def _sizes(segments: Sequence[int]) -> dict[int, int]:
    sql = _SIZES.format(", ".join(["%s"] * len(segments)))
    return dict.fromkeys(segments, 0) | {int(id_): int(count) for id_, count in execute(sql, segments)}


def _sql(count: int, sample: Sample | None) -> str:
    some = f"AND {_MIXED} < {round(_MIX / sample.weight):d}" if sample else ""
    return _MOVED.format(", ".join(["%s"] * count), some)


def _places(values: Sequence[int]) -> str:
    return ", ".join(["%s"] * len(values))


_MIX = 2**32
# Knuth's multiplicative hash: numbers that follow one another land far apart, and no product is too large for a column.
_MIXED = f"((customer_id %% 2000000011) * 2654435761 %% {_MIX})"
_CHANGES = "SELECT count(*) FROM segments_transition WHERE segment_id IN ({}) AND at > %s AND at <= %s"


_SIZES = "SELECT segment_id, count(*) FROM segments_membership WHERE segment_id IN ({}) GROUP BY segment_id"
_CAME = -1  # in the place of a segment: not who moved from there, but all who came
# Who is in a segment and was not (+1), or was and is not (-1): comings and goings take turns, so their sum says it. Each
# who went with each segment they came into, or with none; those who came without having gone; and all who came.
_MOVED = """
WITH changed AS (
    SELECT customer_id, segment_id, sum(CASE WHEN entered THEN 1 ELSE -1 END) AS way
    FROM segments_transition
    WHERE segment_id IN ({}) AND at > %s AND at <= %s {}
    GROUP BY customer_id, segment_id
    HAVING sum(CASE WHEN entered THEN 1 ELSE -1 END) <> 0
)
SELECT l.segment_id, COALESCE(e.segment_id, 0), count(*)
FROM changed l LEFT JOIN changed e ON e.customer_id = l.customer_id AND e.way > 0
WHERE l.way < 0 GROUP BY 1, 2
UNION ALL
SELECT 0, e.segment_id, count(*)
FROM changed e LEFT JOIN changed l ON l.customer_id = e.customer_id AND l.way < 0
WHERE e.way > 0 AND l.customer_id IS NULL GROUP BY 2
UNION ALL
SELECT -1, segment_id, count(*) FROM changed WHERE way > 0 GROUP BY 2
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many are in the first segment alone, in both, and in the second alone; exact, or estimated from a sample."""

    first: Estimate
    both: Estimate
    second: Estimate

    @property
    def alike(self) -> float | None:
        """Jaccard's index: of all who are in either, the share that is in both; None where nobody is in either."""
        either = self.first.count + self.both.count + self.second.count
        return self.both.count / either if either else None


def overlap(first: int, second: int, most: int = MOST, exact_up_to: int = 200_000) -> Overlap:
    """Who is in which of two segments: by their members, or where both are large, by a sample of the base."""
    sizes = _sizes([first, second])
    if first == second or min(sizes.values()) <= exact_up_to:
        both = _both(first, second) if first != second else sizes[first]
        return Overlap(*(_exact(count) for count in (sizes[first] - both, both, sizes[second] - both)))
    return _sampled(first, second, draw(most))


def _both(first: int, second: int) -> int:
    ((count,),) = execute(_BOTH, [first, second])
    return int(count)


_BOTH = """
SELECT count(*) FROM segments_membership a JOIN segments_membership b ON b.customer_id = a.customer_id
WHERE a.segment_id = %s AND b.segment_id = %s
"""


def _sampled(first: int, second: int, sample: Sample) -> Overlap:
    """Each customer of the sample stands for as many as a stretch has numbers (sampling.py)."""
    living = Customer.objects.filter(pk__among=sample.ids, erased_at=None, merged_into=None)
    people = set(living.values_list("pk", flat=True))
    inside = {
        id_: set(
            Membership.objects.filter(segment_id=id_, customer_id__among=list(people)).values_list(
                "customer_id", flat=True
            )
        )
        for id_ in (first, second)
    }
    one, other = inside[first], inside[second]
    return Overlap(*(estimate(len(part), sample) for part in (one - other, one & other, other - one)))


def _exact(count: int) -> Estimate:
    return Estimate(count, count, count, exact=True)
