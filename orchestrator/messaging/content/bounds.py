"""BOUNDS: what the kernel lets a process use that reads what people wrote. It imports nothing of ours: children begin by it."""

from __future__ import annotations

import resource

MEMORY_BYTES = 512 * 1024 * 1024


def bound() -> None:
    """Bound memory, and forbid files and dumps, for this process and for good."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no RLIMIT_AS; what is looked at before, and the timers, remain
