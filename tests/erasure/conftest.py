"""The world of the scenarios."""

from tests.scenarios.conftest import world

__all__ = ["world"]
