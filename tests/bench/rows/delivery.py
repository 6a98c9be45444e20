"""Delivery over SMTP in one process, render, gate and bookkeeping included, against Django's backend without any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from orchestrator.journeys.versions import Live
from orchestrator.messaging.models import Message
from tests.bench.bench import Bench, same
from tests.bench.crew import Crew, crew
from tests.bench.figures import Figure, alternately, middle
from tests.bench.journeys import MONDAY_NOON, publish_one, settle_rules
from tests.bench.mail import Sink, capacity, django_rate, sink
from tests.bench.people import forget_passages, let_in, vacuum

MOST_ONCE, LEAST_ONCE, DJANGO, PIPELINED, WARM = 6_000, 3_000, 4_000, 20_000, 200
MODES = {"marketing": "at_most_once", "transactional": "at_least_once"}


def measure(bench: Bench) -> Sequence[Figure]:
    """Both settle modes."""
    forget_passages()
    settle_rules()
    lives = [publish_one(purpose, purpose, "{api: bench, again: always}", MONDAY_NOON) for purpose in MODES]
    sizes = [bench.size(MOST_ONCE), bench.size(LEAST_ONCE)]
    with sink() as server:
        able = capacity(server, bench.size(PIPELINED, 100))
        with crew(1, "smtp", EMAIL_URL=server.url) as workers:
            for live in lives:
                _ours(bench, live, min(WARM, *sizes), workers, server)
            vacuum()
            ours = [partial(_ours, bench, *one, workers, server) for one in zip(lives, sizes, strict=True)]
            samples = alternately(bench.n, *ours, partial(django_rate, server, bench.size(DJANGO)))
    return _figures(bench.n, able, [middle(one) for one in samples])


def _ours(bench: Bench, live: Live, people: int, workers: Crew, server: Sink) -> float:
    """Letters a second, from planned to settled."""
    same("people let in", let_in(live, bench.take(people), MONDAY_NOON), people)
    workers.go("walk")
    before, accepted = server.taken(), _accepted()
    seconds, _ = workers.go("deliver")
    same("letters taken", server.taken() - before, people)
    same("messages accepted", _accepted() - accepted, people)
    workers.go("work")  # their passages end; the next sample begins with nothing left over
    return people / seconds


def _accepted() -> int:
    return Message.objects.filter(state="accepted").count()


def _figures(n: int, able: float, middles: Sequence[float]) -> list[Figure]:
    *ours, django = middles
    said = f"one process: at most once {ours[0]:,.0f}/s, at least once {ours[1]:,.0f}/s; Django {django:,.0f}/s; "
    said += f"the sink takes {able:,.0f}/s"
    parts = dict(zip(MODES.values(), ours, strict=True)) | {"django_per_s": django, "sink_per_s": able}
    return [
        Figure(f"delivery_vs_django_{mode}", rate / django, n, said, parts=parts)
        for mode, rate in zip(MODES.values(), ours, strict=True)
    ]
