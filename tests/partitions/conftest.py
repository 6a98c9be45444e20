"""Tables kept by months, on PostgreSQL: a test's conversion goes with its transaction."""

from __future__ import annotations

from tests.scenarios.conftest import world

__all__ = ["world"]
