"""ROWS: facts and places as they are stored, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from orchestrator.domain.scores.came import Came
from orchestrator.domain.scores.favourites import Answered
from orchestrator.domain.scores.person import Facts, Placed
from orchestrator.segments.scored import LONGEST, Score
from orchestrator.store import bulk

_PLAIN = (
    "orders", "purchases", "net", "repeat_net", "first_order_on", "last_order_on", "interval_days", "next_order_on",
    "favourite_category", "best_hour", "discount_share", "season",
)  # fmt: skip
CAME = ("first_source", "last_source", "device")
FACTS = (*_PLAIN, *CAME, "facts")
PLACE = ("recency", "frequency", "monetary", "rfm_group", "stage", "preferred_channel")
PREDICTED = ("p_alive", "expected_orders", "average_order", "clv")
_INSIDE = ("known_on", "cart_on", "pause", "intervals", "answers")  # of `facts`
_DATES = frozenset({"known_on", "cart_on"})


def facts_row(facts: Facts) -> tuple[Any, ...]:
    """The values of FACTS."""
    inside: dict[str, Any] = {name: _written(getattr(facts, name)) for name in _INSIDE}
    inside["channels"] = {name: [one.sent, one.answered] for name, one in facts.channels.items()}
    kept = {name: value for name, value in inside.items() if value not in (None, {}, 0)}
    plain = [_short(getattr(facts, name)) for name in _PLAIN]
    return (*plain, *(getattr(facts.came, name) for name in CAME), kept)


def place_row(placed: Placed) -> tuple[Any, ...]:
    """The values of PLACE."""
    rfm = placed.rfm
    fifths = (rfm.recency, rfm.frequency, rfm.monetary, rfm.group) if rfm else (None, None, None, "")
    return (*fifths, placed.stage, placed.preferred_channel[:LONGEST])


def facts_from(row: Sequence[Any]) -> Facts:
    """Back from the values of FACTS."""
    given: dict[str, Any] = dict(zip(FACTS, row, strict=True))
    inside: Mapping[str, Any] = given.pop("facts")
    came = Came(*(given.pop(name) for name in CAME))
    told: dict[str, Any] = {name: inside.get(name) for name in _INSIDE}
    told |= {name: date.fromisoformat(told[name]) for name in _DATES if told[name]}
    told |= {name: told[name] or 0 for name in ("intervals", "answers")}
    channels = {name: Answered(*pair) for name, pair in inside.get("channels", {}).items()}
    return Facts(**given, **told, channels=channels, came=came)


def write(columns: Sequence[str], rows: Mapping[int, Sequence[Any]], now: datetime) -> None:
    """Write these columns of these customers, whether they have a row or not: three statements."""
    if not rows:
        return
    # Locked in one order: two who score the same people wait for each other, never in a circle.
    mine = Score.objects.filter(customer__among=list(rows)).order_by("customer_id").select_for_update()
    there = set(mine.values_list("customer_id", flat=True))
    names = (*columns, "computed_at")
    bulk.update(
        Score, names, [(id_, *row, now) for id_, row in rows.items() if id_ in there], match=("customer",)
    )
    fresh = [(id_, *row, now) for id_, row in rows.items() if id_ not in there]
    empty = {name: value for name, value in _EMPTY.items() if name not in columns}
    bulk.insert(Score, ("customer", *names), fresh, always=empty, ignore_conflicts=True)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value


_EMPTY: Mapping[str, Any] = {
    field.name: field.get_default()
    for field in Score._meta.concrete_fields
    if field.name not in ("id", "customer", "computed_at")
}
