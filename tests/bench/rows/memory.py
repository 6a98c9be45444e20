"""How much a worker holds while it sends, and whether that grows."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench import processes
from tests.bench.bench import Bench, same
from tests.bench.crew import crew
from tests.bench.figures import KEYS, Figure, missing
from tests.bench.journeys import MONDAY_NOON, publish_engine, settle_rules
from tests.bench.people import forget_passages, let_in, vacuum

MESSAGES, SHARE = 100_000, 0.2  # the first fifth fills caches


def measure(bench: Bench) -> Sequence[Figure]:
    """Megabytes of a worker and its renderer at their largest, and the end against the first fifth."""
    if not processes.can_tell():
        return missing(KEYS["memory"], "this system has no /proc to read a process's memory from")
    forget_passages()
    settle_rules()
    live, people = publish_engine(MONDAY_NOON), min(bench.size(MESSAGES), bench.people)
    same("people let in", let_in(live, bench.take(people), MONDAY_NOON), people)
    vacuum()
    with crew(1) as workers:
        answer = workers.workers[0].ask({"do": "remember", "messages": people})
    same("messages accepted", answer["messages"], people)
    marks = [(int(taken), float(held)) for taken, held in answer["marks"]]
    early = next(held for taken, held in marks if taken >= people * SHARE)
    said = f"worker and renderer, over {people:,} messages; {early:.0f} MB after a fifth, {marks[-1][1]:.0f} at the end"
    return [
        Figure("worker_rss_mb", max(held for _, held in marks), 1, said),
        Figure("worker_rss_growth", marks[-1][1] / early, 1, said),
    ]
