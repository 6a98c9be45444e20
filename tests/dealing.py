"""How pytest-xdist deals the tests out: one by one and in order, but for those that are dealt first and together.

In order, since tests with real commits empty the database, and so come after all others that use it: whatever lets a
worker go back (`--dist worksteal`) would break that. Its own `--dist loadgroup` has no effect with pytest 9.2.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Slow, and what their tests share takes long to make: one worker makes it, and nobody waits for it at the end. None
# of them touches the database of the run. The price: with more workers than files here, some have less to do.
TOGETHER = (
    "tests/bench/test_short.py",
    "tests/chaos/test_kill.py",
    "tests/chaos/test_short.py",
    "tests/contracts/test_example_wheel.py",
    "tests/demo/test_sample_shop.py",
    "tests/journeys/simulation/test_replay.py",
    "tests/real_data/test_demo.py",
    "tests/real_data/test_online_retail.py",
    "tests/simulated/test_simulated.py",
    "tests/workers/test_workers.py",
)


class Dealer(LoadScopeScheduling):
    """Deals the largest scope first, then all that are equally large in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid
