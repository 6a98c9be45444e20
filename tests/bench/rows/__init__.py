"""The rows, in the order in which they are measured and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.rows import (
    delivery,
    end_to_end,
    engine,
    growth,
    ingest,
    launch,
    memory,
    segment,
    simulation,
    trigger,
)

Row = Callable[[Bench], Sequence[Figure]]
ROWS: Mapping[str, Row] = {
    "engine": engine.measure,
    "delivery": delivery.measure,
    "end_to_end": end_to_end.measure,
    "ingest": ingest.measure,
    "trigger": trigger.measure,
    "launch": launch.measure,
    "segment": segment.measure,
    "simulation": simulation.measure,
    "memory": memory.measure,
    "growth": growth.measure,
}
