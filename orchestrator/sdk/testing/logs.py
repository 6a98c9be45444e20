"""All that is logged while something runs, also below the level that a process usually shows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager


class _Collector(logging.Handler):
    def __init__(self, level: int, ignored: Collection[str]) -> None:
        super().__init__(level)
        self.ignored = ignored
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name not in self.ignored:
            self.lines.append(self.format(record))


@contextmanager
def collect_logs(level: int, ignored: Collection[str] = ()) -> Iterator[list[str]]:
    """Collect the lines of all loggers but the `ignored` from `level` up, tracebacks included."""
    root, collector = logging.getLogger(), _Collector(level, ignored)
    before = root.level
    root.addHandler(collector)
    root.setLevel(level)
    try:
        yield collector.lines
    finally:
        root.setLevel(before)
        root.removeHandler(collector)
