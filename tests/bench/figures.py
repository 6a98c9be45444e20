"""What a row answers, and what it is to reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure is to reach. `at_most`: smaller is better (seconds, megabytes), else larger (a ratio)."""

    words: str
    reach: float
    stretch: float
    at_most: bool = False

    def reached(self, value: float) -> bool:
        """Whether this figure is good enough."""
        return value <= self.reach if self.at_most else value >= self.reach


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` is None where it cannot be had, and `why` says why; `said` tells what was measured.

    `parts`: the figures it was made of, in units a second or as they are named, for whoever reads the JSON.
    """

    key: str
    value: float | None
    n: int = 1
    said: str = ""
    why: str = ""
    parts: dict[str, float] = field(default_factory=dict)


TARGETS: dict[str, Target] = {
    "engine_vs_naive": Target("engine × naive, Celery default", 200, 450),
    "engine_vs_naive_reuse": Target("engine × naive, connection reused", 90, 200),
    "engine_walk_vs_naive": Target("walking and planning alone × naive, default", 200, 450),
    "engine_walk_vs_naive_reuse": Target("walking and planning alone × naive, reused", 90, 200),
    "engine_vs_copy": Target("engine ÷ COPY of the same rows", 0.25, 0.5),
    "engine_walk_vs_copy": Target("walking and planning alone ÷ COPY", 0.25, 0.5),
    "cpu_us_per_message": Target("engine: CPU a message, µs", 90, 45, True),
    "cpu_us_per_message_walk": Target("walking and planning alone: CPU, µs", 90, 45, True),
    "delivery_vs_django_at_most_once": Target("delivery × Django's backend, at most once", 3, 6),
    "delivery_vs_django_at_least_once": Target("delivery × Django's backend, at least once", 3, 6),
    "end_to_end_vs_post_office": Target("end to end × post_office send_many", 9, 15),
    "end_to_end_vs_post_office_one_by_one": Target("end to end × post_office one by one", 20, 35),
    "ingest_batch_vs_copy": Target("ingest, batches of 100 ÷ COPY", 0.65, 0.8),
    "ingest_single_vs_drf": Target("ingest, single events × a DRF view", 4.5, 8),
    "trigger_p50_ms": Target("event → provider, idle: p50, ms", 50, 10, True),
    "trigger_p99_ms": Target("event → provider, idle: p99, ms", 250, 50, True),
    "launch_per_s": Target("launch: people enrolled a second", 20_000, 50_000),
    "launch_transactional_p99_s": Target("transactional during it: p99, s", 2, 2, True),
    "segment_full_s_per_million": Target("segment: full pass a million, s", 1.5, 1.0, True),
    "segment_dirty_us": Target("segment: a dirty customer, µs", 10, 5, True),
    "simulation_30_days_100k_s": Target("simulation, 30 days × 100,000, s", 60, 15, True),
    "worker_rss_mb": Target("memory of a worker, MB", 250, 150, True),
    "worker_rss_growth": Target("its growth over the last 80 %", 1.05, 1.0, True),
    "growth_10x": Target("10 × the base: time of a step", 1.2, 1.0, True),
}
KEYS: dict[str, tuple[str, ...]] = {
    "engine": tuple(key for key in TARGETS if key.startswith(("engine", "cpu"))),
    "delivery": tuple(key for key in TARGETS if key.startswith("delivery")),
    "end_to_end": tuple(key for key in TARGETS if key.startswith("end_to_end")),
    "ingest": tuple(key for key in TARGETS if key.startswith("ingest")),
    "trigger": tuple(key for key in TARGETS if key.startswith("trigger")),
    "launch": tuple(key for key in TARGETS if key.startswith("launch")),
    "segment": tuple(key for key in TARGETS if key.startswith("segment")),
    "simulation": ("simulation_30_days_100k_s",),
    "memory": ("worker_rss_mb", "worker_rss_growth"),
    "growth": ("growth_10x",),
}


def missing(keys: Sequence[str], why: str) -> list[Figure]:
    """Figures that could not be had, for one reason."""
    return [Figure(key, None, 0, why=why) for key in keys]


def alternately(n: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Take turns `n` times, so that a slow minute of the machine falls on all; each measure's samples."""
    turns = [[measure() for measure in measures] for _ in range(n)]
    return [list(samples) for samples in zip(*turns, strict=True)]


def middle(samples: Sequence[float]) -> float:
    """Their median."""
    return float(median(samples))


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that so large a share does not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, -(-round(len(ordered) * share * 1e6) // 1_000_000) - 1))]
