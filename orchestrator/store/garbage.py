"""Garbage collection as a worker wants it."""

from __future__ import annotations

import gc

# Objects made, less those freed, before the young ones are looked at: a batch of the engine makes about so many.
YOUNG = 100_000


def collect_rarely() -> None:
    """Leave what has been loaded so far out of every collection, and collect once a batch, not 150 times in it.

    A batch makes tens of thousands of objects that live until its end; looking through them and through all of
    Django for cycles again and again took a tenth of the engine's time. The price: cycles that are garbage hold
    their memory a batch longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
