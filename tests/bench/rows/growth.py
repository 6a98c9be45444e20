"""Ten times the people and their history, and the same batch: what a step costs more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from tests.bench.bench import Bench, same
from tests.bench.crew import Child, child, crew
from tests.bench.figures import Figure, alternately, middle

BATCH, WARM = 5_000, 500


def measure(bench: Bench) -> Sequence[Figure]:
    """The time of a step on the whole base, against that on a tenth of it."""
    small = max(20, bench.people // 10)
    batch = min(bench.size(BATCH), small // (bench.n + 1))
    with ExitStack() as stack:
        bases = [
            stack.enter_context(_base(url, people, batch))
            for url, people in ((bench.small_url, small), (bench.database_url, bench.people))
        ]
        samples = alternately(bench.n, *(partial(next, base) for base in bases))
    few, many = map(middle, samples)
    said = f"{batch} people among {small:,} and {bench.people:,}, each with history: "
    said += f"{few * 1e6:,.0f} and {many * 1e6:,.0f} µs a step"
    parts = {"small_us": few * 1e6, "large_us": many * 1e6}
    return [Figure("growth_10x", many / few, bench.n, said, parts=parts)]


@contextmanager
def _base(url: str, people: int, batch: int) -> Iterator[Iterator[float]]:
    """Seconds a step in this database, one answer a sample, everybody once."""
    with (
        child("tests.bench.past", str(people), DATABASE_URL=url) as past,
        crew(1, DATABASE_URL=url) as workers,
    ):
        past.hear()
        (worker,) = workers.workers
        steps = _steps(worker, batch)
        next(steps)  # plans are made and caches filled
        yield steps


def _steps(worker: Child, batch: int) -> Iterator[float]:
    first = 1
    while True:
        told = {"do": "enroll", "journey": "engine", "first": first, "count": batch, "key": "now"}
        same("people let in", worker.ask(told)["made"], batch)
        yield float(worker.ask({"do": "work"})["seconds"]) / batch
        first += batch
