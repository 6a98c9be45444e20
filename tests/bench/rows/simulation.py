"""The simulation, once there is one."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.bench import Bench
from tests.bench.figures import KEYS, Figure, missing


def measure(bench: Bench) -> Sequence[Figure]:
    """Nothing yet."""
    return missing(KEYS["simulation"], "there is no simulation yet")
