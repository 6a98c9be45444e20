"""NAMES: the scores that a rule may ask for, what kind of value each has, and which words it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.scores.habits import SEASONS
from orchestrator.domain.scores.rfm import NAMES
from orchestrator.domain.scores.stage import STAGES

Kind = Literal["number", "amount", "date", "days", "text"]


@dataclass(frozen=True, slots=True)
class Known:
    """A score. `kind`: a number, an amount of money, a date, days (before or after the look), or a text.

    `words`: the texts that there are, where they are few; `column`: where it is stored, if under another name.
    `ranked`: `top` and `bottom` may be asked of it.
    """

    kind: Kind
    words: tuple[str, ...] = ()
    ranked: bool = False
    column: str = ""

    @property
    def compared_as(self) -> str:
        """What it is compared with: number, day or text."""
        return {"text": "text", "date": "day"}.get(self.kind, "number")


KNOWN: Mapping[str, Known] = {
    "rfm_group": Known("text", NAMES),
    "recency": Known("number"),
    "frequency": Known("number"),
    "monetary": Known("number"),
    "stage": Known("text", STAGES),
    "orders": Known("number", ranked=True),
    "net": Known("amount", ranked=True),
    "last_order_on": Known("date"),
    "first_order_on": Known("date"),
    "days_since_order": Known("days", column="last_order_on"),
    "interval_days": Known("number", ranked=True),
    "next_order_on": Known("date"),
    "days_to_next_order": Known("days", column="next_order_on"),
    "favourite_category": Known("text"),
    "preferred_channel": Known("text"),
    "best_hour": Known("number"),
    "discount_share": Known("number", ranked=True),
    "season": Known("text", SEASONS),
    "first_source": Known("text"),
    "last_source": Known("text"),
    "device": Known("text"),
    "p_alive": Known("number", ranked=True),
    "expected_orders": Known("number", ranked=True),
    "average_order": Known("amount", ranked=True),
    "clv": Known("amount", ranked=True),
}
RANKED = tuple(name for name, known in KNOWN.items() if known.ranked)
