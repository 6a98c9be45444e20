"""The engine against one task a step, against COPY, and what it costs.

One enrollment is a condition on an attribute and on recent orders, a split, and a message with consent, a cap of 3
in 7 days, quiet hours, a decision row and a template of 1.8 KB. Ours is measured in two parts: `walk` lets two
workers move everybody until each has a planned message; the whole adds claim, render, gate, a provider that accepts
at once, settlement, and the end of every passage. The whole does more than the naive task, which settles nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import Max

from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import Live
from orchestrator.messaging.models import Message
from tests.bench import copying, naive_crew
from tests.bench.bench import Bench, same
from tests.bench.crew import Crew, crew
from tests.bench.figures import Figure, alternately, middle, missing
from tests.bench.journeys import MONDAY_NOON, publish_engine, settle_rules
from tests.bench.people import forget_passages, let_in, vacuum

OURS, NAIVE, REUSED, WORKERS = 40_000, 1_200, 2_500, 2
WARM = 300


def measure(bench: Bench) -> Sequence[Figure]:
    """All figures of the engine."""
    forget_passages()
    settle_rules()
    live, people = publish_engine(MONDAY_NOON), bench.size(OURS)
    taken = _Taken()
    with crew(WORKERS) as workers:
        _go(bench, live, workers, min(WARM, people), _Taken())
        vacuum()
        samples = alternately(
            bench.n,
            lambda: _go(bench, live, workers, people, taken),
            partial(_copy, people),
            partial(_naive, bench, live, bench.size(NAIVE), False),
            partial(_naive, bench, live, bench.size(REUSED), True),
        )
    return _figures(bench.n, people, taken, samples)


class _Taken:
    """Samples that come along with the rate of the whole."""

    def __init__(self) -> None:
        self.walks: list[float] = []
        self.cpu: list[float] = []
        self.walk_cpu: list[float] = []


def _go(bench: Bench, live: Live, workers: Crew, people: int, taken: _Taken) -> float:
    """Messages a second of the whole; the rest is kept in `taken`."""
    after = _last()
    same("people let in", let_in(live, bench.take(people), MONDAY_NOON), people)
    walk, walk_cpu = workers.go("walk")
    same("messages planned", _messages(after, "planned"), people)
    rest, rest_cpu = workers.go("work")
    same("messages accepted", _messages(after, "accepted"), people)
    same("passages completed", Enrollment.objects.filter(id__gt=after, status="completed").count(), people)
    taken.walks.append(people / walk)
    if walk_cpu is not None and rest_cpu is not None:
        taken.walk_cpu.append(walk_cpu / people * 1e6)
        taken.cpu.append((walk_cpu + rest_cpu) / people * 1e6)
    return people / (walk + rest)


def _naive(bench: Bench, live: Live, people: int, reuse: bool) -> float:
    """Tasks a second; each writes one message."""
    after = _last()
    same("people let in", let_in(live, bench.take(people), MONDAY_NOON), people)
    ids = list(Enrollment.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True))
    return naive_crew.tasks_per_s(bench, ids, reuse)


def _copy(people: int) -> float:
    """Rows a second, of messages as the engine has just written them."""
    return copying.copy_rate(Message, copying.read_rows(Message, people))


def _last() -> int:
    return Enrollment.objects.aggregate(last=Max("id"))["last"] or 0


def _messages(after: int, state: str) -> int:
    return Message.objects.filter(enrollment_id__gt=after, state=state).count()


def _figures(n: int, people: int, taken: _Taken, samples: Sequence[Sequence[float]]) -> list[Figure]:
    whole, copied, naive, reused = map(middle, samples)
    walk = middle(taken.walks)
    said = f"{WORKERS} workers, {people} people: {whole:,.0f}/s, walking alone {walk:,.0f}/s; "
    said += f"naive {naive:,.0f}/s and {reused:,.0f}/s; COPY {copied:,.0f}/s"
    parts = {
        "whole_per_s": whole, "walk_per_s": walk, "naive_per_s": naive,
        "naive_reuse_per_s": reused, "copy_per_s": copied,
    }  # fmt: skip

    def figure(key: str, value: float) -> Figure:
        return Figure(key, value, n, said, parts=parts)

    return [
        figure("engine_vs_naive", whole / naive),
        figure("engine_vs_naive_reuse", whole / reused),
        figure("engine_walk_vs_naive", walk / naive),
        figure("engine_walk_vs_naive_reuse", walk / reused),
        figure("engine_vs_copy", whole / copied),
        figure("engine_walk_vs_copy", walk / copied),
        *_cpu(n, taken),
    ]


def _cpu(n: int, taken: _Taken) -> list[Figure]:
    if not taken.cpu:
        keys = ("cpu_us_per_message", "cpu_us_per_message_walk")
        return missing(keys, "the database's processes cannot be seen from here: it runs on another machine")
    said = "workers, their renderers, the database's backends and those that write its log"
    return [
        Figure("cpu_us_per_message", middle(taken.cpu), n, said),
        Figure("cpu_us_per_message_walk", middle(taken.walk_cpu), n, said),
    ]
