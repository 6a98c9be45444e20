"""All that is logged while something runs, also below the level that a process usually shows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Collector(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def collect_logs(level: int) -> Iterator[list[str]]:
    """Collect the lines of all loggers from `level` up, tracebacks included."""
    root, collector = logging.getLogger(), _Collector(level)
    before = root.level
    root.addHandler(collector)
    root.setLevel(level)
    try:
        yield collector.lines
    finally:
        root.setLevel(before)
        root.removeHandler(collector)
