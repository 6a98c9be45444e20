"""ERASING: what each room does with the rows of somebody who is erased. The rooms above register here.

A handler names its models: every model that belongs to a customer has one, and a test holds it. What becomes of every
single field is written in `personal.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

Erase = Callable[[Collection[int], datetime], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """`erase` runs within the erasure's transaction, whose customers are locked. Run again, it finds nothing to do.

    `before` all others: one that must see the rows that they take away.
    """

    models: tuple[str, ...]
    erase: Erase
    before: bool = False


_handlers: dict[str, Handler] = {}


def register(app: str, handler: Handler) -> None:
    """Add an app's handler; the same app again replaces it. Apps are made ready from the lowest floor up."""
    _handlers[app] = handler


def registered() -> dict[str, Handler]:
    """All handlers by app, from the highest floor down: who is on the way is stopped before what they had goes."""
    handlers = list(reversed(_handlers.items()))
    return dict(sorted(handlers, key=lambda pair: not pair[1].before))
