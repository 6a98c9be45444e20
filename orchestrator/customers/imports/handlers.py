"""Columns that belong to rooms above this one: they register here, and the import of customers calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from orchestrator.customers.people import Person


class Handler(Protocol):
    """Reads its own columns of a customers' file and stores what they say, in the rows' own transaction."""

    def claim(self, columns: Sequence[str]) -> set[str]:
        """Those of the file's columns that are its own; FileError for one it knows to be wrong."""

    def read(self, cells: Mapping[str, str], zone: ZoneInfo) -> Any:
        """What one row's cells say, or None; ValueError with words."""

    def refuse(self, people: Sequence[Person]) -> Mapping[int, str]:
        """People who must not be stored: their place in `people` -> why. Addresses are normalised."""

    def store(self, said: Sequence[tuple[int, Any]], now: datetime) -> Mapping[str, int]:
        """Store what `read` answered for these customers; answer counts for the summary, by name."""


_handlers: dict[str, Handler] = {}


def register(name: str, handler: Handler) -> None:
    """Add a room's handler; the same name again replaces it."""
    _handlers[name] = handler


def registered() -> dict[str, Handler]:
    """All handlers, by name."""
    return dict(_handlers)
