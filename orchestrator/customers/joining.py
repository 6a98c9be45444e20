"""JOINING: what each room does with the rows of somebody who is merged. The rooms above register here.

A handler names its models: every model that belongs to a customer has one, and a test holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import BigIntegerField, Case, Value, When

Into = Mapping[int, int]  # merged -> survivor
Hold = Callable[[Collection[int]], None]
Tell = Callable[[Collection[int], datetime], None]
Join = Callable[[Into, datetime], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """For survivors and merged alike, while they are still two, `hold` locks what others may be changing, and then `tell`
    says what is still unsaid of each. `join` then gives all to the survivors.

    All run within the merge's transaction, whose customers are locked. `join` is called again for who was merged
    before: what it did once it finds done.
    """

    models: tuple[str, ...]
    join: Join
    hold: Hold | None = None
    tell: Tell | None = None


_handlers: dict[str, Handler] = {}


def register(app: str, handler: Handler) -> None:
    """Add an app's handler; the same app again replaces it. Apps are made ready from the lowest floor up."""
    _handlers[app] = handler


def registered() -> dict[str, Handler]:
    """All handlers by app, from the lowest floor up: each finds joined what the floors below it hold."""
    return dict(_handlers)


def join(into: Into, now: datetime) -> None:
    """Let every room hold its rows, and only then join them: whoever was at work on them has come to an end."""
    ids = sorted({*into, *into.values()})
    hold(ids)
    for handler in registered().values():
        if handler.tell is not None:
            handler.tell(ids, now)
    for handler in registered().values():
        handler.join(into, now)


def hold(customer_ids: Collection[int]) -> None:
    """Lock what others may be changing of these customers, or give way to whoever is."""
    for handler in registered().values():
        if handler.hold is not None:
            handler.hold(customer_ids)


def hold_rows(rows: models.QuerySet[Any]) -> None:
    """Lock these rows by id, or give way at once to whoever holds one."""
    list(rows.order_by("id").select_for_update(nowait=True, of=("self",)).values_list("id"))


def hand_over(model: type[models.Model], into: Into) -> None:
    """Give all rows of the merged to their survivors, in one statement."""
    if not into:
        return
    survivors = [When(customer_id=merged, then=Value(survivor)) for merged, survivor in into.items()]
    rows = model._default_manager.filter(customer_id__in=list(into))
    rows.update(customer=Case(*survivors, output_field=BigIntegerField()))
