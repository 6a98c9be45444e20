"""The campaign's clock: it runs many times as fast as ours, and everybody's is the same, also over the forks."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import datetime, timedelta


class Clock:
    """Begins at `start`. The offset lies in memory that children share, so that a leap is one for all."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed, self._began = start, speed, time.monotonic()
        self._leapt = mmap.mmap(-1, 8)

    def now(self) -> datetime:
        """The moment there."""
        (leapt,) = struct.unpack("d", self._leapt[:8])
        return self._start + timedelta(seconds=leapt + (time.monotonic() - self._began) * self._speed)

    def leap(self, to: datetime) -> None:
        """Go on from a later moment; an earlier one changes nothing."""
        (leapt,) = struct.unpack("d", self._leapt[:8])
        ahead = (to - self.now()).total_seconds()
        if ahead > 0:
            self._leapt[:8] = struct.pack("d", leapt + ahead)
