"""Who is in a segment: everybody looked at once more, and those who have just done something."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.domain.definition.rules import Rule
from orchestrator.segments.compile import CUSTOMERS, Scope, compile_rule
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from orchestrator.segments.refresh import pass_over, refresh
from orchestrator.workspace.models import Brand
from tests.bench.bench import Bench, same
from tests.bench.figures import Figure, alternately, middle
from tests.bench.journeys import MONDAY_NOON
from tests.bench.people import forget_passages, vacuum

RULE = {"all": [{"attribute": "tier", "is": "gold"}, {"event": "order.placed", "within": "30 days"}]}
DIRTY, AT_ONCE = 20_000, 1_000


def measure(bench: Bench) -> Sequence[Figure]:
    """A pass over all, and looks at some."""
    forget_passages()
    rule = read_rule(RULE, {})
    define("bench", "Bench", "", rule, MONDAY_NOON)
    _pass(MONDAY_NOON)
    vacuum()
    dirty = _dirty(bench)
    full, once, each = map(
        middle,
        alternately(bench.n, partial(_again, bench), partial(_one_statement, rule), partial(_refresh, dirty)),
    )
    million = 1_000_000 / bench.people
    said = f"pass over {bench.people:,} people in {full:.2f} s, the rule alone as one statement {once:.2f} s"
    parts = {"one_statement_s_per_million": once * million}
    return [
        Figure("segment_full_s_per_million", full * million, bench.n, f"{said}, extrapolated", parts=parts),
        Figure("segment_dirty_us", each, bench.n, f"{len(dirty) * AT_ONCE} people, {AT_ONCE} at once"),
    ]


def _again(bench: Bench) -> float:
    """Seconds of a pass after the first: members are known, and nobody has come or gone."""
    before = Membership.objects.count()
    Segment.objects.update(due_at=MONDAY_NOON)
    with _as_a_worker():
        looked, seconds = _pass(MONDAY_NOON)
    same("people looked at", looked, bench.people)
    same("members", Membership.objects.count(), before)
    return seconds


def _pass(now: datetime) -> tuple[int, float]:
    looked, began = 0, time.monotonic()
    while done := pass_over(now):
        looked += done
    return looked, time.monotonic() - began


@contextmanager
def _as_a_worker() -> Iterator[None]:
    """No statement is spread over several processes; `deadlines.keep` for the process would limit other rows as well."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        try:
            yield
        finally:
            cursor.execute("RESET max_parallel_workers_per_gather")


def _one_statement(rule: Rule) -> float:
    """Seconds to count the members by the same SQL for all at once: the limit of the machine."""
    brand = Brand.objects.values_list("id", flat=True).get(key="default")
    scope = Scope(CUSTOMERS, MONDAY_NOON, ZoneInfo("Europe/Warsaw"), brand)
    began = time.monotonic()
    count = Customer.objects.filter(compile_rule(rule, scope)).count()
    seconds = time.monotonic() - began
    same("members counted", count, Membership.objects.count())
    return seconds


def _dirty(bench: Bench) -> list[list[int]]:
    everybody, chance = range(1, bench.people + 1), random.Random(7)
    at_once = min(AT_ONCE, bench.people)
    return [sorted(chance.sample(everybody, at_once)) for _ in range(bench.size(DIRTY, at_once) // at_once)]


def _refresh(dirty: Sequence[Sequence[int]]) -> float:
    """Microseconds a customer."""
    with _as_a_worker():
        began = time.monotonic()
        for ids in dirty:
            with transaction.atomic():
                refresh(ids, MONDAY_NOON)
        return (time.monotonic() - began) / sum(map(len, dirty)) * 1e6
