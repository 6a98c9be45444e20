"""When a mark that was passed may be passed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rearm:
    """`never` (both empty), once the total has been below a number again, or anew in each period of the calendar."""

    below: float | None = None
    per: Literal["", "day", "week", "month", "year"] = ""

    def period(self, on: date) -> str:
        """The name of the period a local date lies in: `2026-03`; "" where marks are not counted by periods."""
        if self.per == "week":
            year, week, _ = on.isocalendar()
            return f"{year}-W{week:02d}"
        return {"day": f"{on:%Y-%m-%d}", "month": f"{on:%Y-%m}", "year": f"{on:%Y}"}.get(self.per, "")

    def __str__(self) -> str:
        if self.below is not None:
            return f"below {self.below:g}"
        return f"per {self.per}" if self.per else "never"


NEVER = Rearm()
