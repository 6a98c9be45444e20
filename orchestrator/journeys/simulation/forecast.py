"""FORECAST: the days to come, as the last ones again: their events so many days later, on the base as it stands today.

Whoever came in those days comes again as somebody new, with what they said and did: a newcomer's twin has an id of its
own, an address of its own that is spelled like the other's, and is told apart by its digest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.journeys.simulation.feed import LEDGER, Coming, known, marks
from orchestrator.journeys.simulation.start import CAME
from orchestrator.journeys.simulation.twins import NEW, Twins

# Added to the id of what comes again: above all real ids, below those of what the engine makes.
AGAIN = NEW // 2
NEWCOMERS = "simulated_newcomers"
ADDRESSES = "customers_address"
_SOMEBODY_NEW = f"CASE WHEN t.customer_id IN (SELECT id FROM {NEWCOMERS}) THEN t.customer_id + {AGAIN} ELSE t.customer_id END"
_DIGEST = "'~' || substr(digest, 2)"
_KEY = "'~' || t.id"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Since when the days were that come again, and how much later they come."""

    twins: Twins
    begins: datetime
    span: timedelta

    def make(self) -> None:
        """Find the newcomers, and give their twins addresses; what is suppressed of theirs is of the twins' too."""
        self.twins.run(
            f"CREATE TEMP TABLE {NEWCOMERS} AS SELECT id FROM (SELECT t.id, {known(self.twins)} AS since FROM"
            f' {self.twins.real}."customers_customer" t WHERE erased_at IS NULL AND merged_into_id IS NULL'
            " AND restricted_at IS NULL) AS found"
            f" WHERE since > {self.twins.moment} AND since <= {self.twins.moment}",
            [self.begins - self.span, self.begins],
        )
        self.twins.index(NEWCOMERS, "id", unique=True)
        self._lend_addresses()

    def _lend_addresses(self) -> None:
        """Real addresses are read where they are, through a view that has those of the twins beside them."""
        lent, twins = f"lent_{ADDRESSES}", self.twins
        newcomers = f"customer_id IN (SELECT id FROM {NEWCOMERS})"
        names = twins.columns(ADDRESSES)
        instead = {"id": f"id + {AGAIN}", "customer_id": f"customer_id + {AGAIN}", "digest": _DIGEST}
        chosen = ", ".join(f'{instead.get(name, name)} AS "{name}"' for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        twins.run(
            f'CREATE TEMP TABLE "{lent}" AS SELECT {chosen} FROM {twins.real}."{ADDRESSES}" WHERE {newcomers}'
        )
        for column in ("customer_id", "digest"):
            twins.index(lent, column)
        twins.run(
            f'CREATE TEMP VIEW "{ADDRESSES}" AS SELECT {listed} FROM {twins.real}."{ADDRESSES}"'
            f' UNION ALL SELECT {listed} FROM "{lent}"'
        )
        whose = f'digest IN (SELECT digest FROM {twins.real}."{ADDRESSES}" WHERE {newcomers})'
        again = {"id": f"id + {AGAIN}", "digest": _DIGEST}
        twins.fill(
            "consents_suppression", whose, instead=again, source=f'{twins.real}."consents_suppression"'
        )

    def coming(self, lived: Collection[str]) -> list[Coming]:
        """What comes again, in the order in which one refers to another."""
        newcomer = f"t.customer_id IN (SELECT id FROM {NEWCOMERS})"
        again = {"id": f"t.id + {AGAIN}", "customer_id": _SOMEBODY_NEW}
        came = self._later(CAME)
        return [
            Coming(
                "customers_customer",
                self._later(known(self.twins)),
                f"t.id IN (SELECT id FROM {NEWCOMERS})",
                whose="t.id",
                becomes={
                    "id": f"t.id + {AGAIN}",
                    "external_id": _KEY,
                    "created_at": self._later("t.created_at"),
                },
                instead={"changed_pending": "TRUE"},
            ),
            # Where somebody had said it before those days (it was imported with its time), they say it at once.
            Coming(
                LEDGER,
                self._later(self._not_before("t.recorded_at")),
                newcomer,
                becomes={"customer_id": _SOMEBODY_NEW},
            ),
            Coming(
                "loyalty_pointsentry",
                self._later("t.awarded_at"),
                becomes={**again, "key": _KEY, "awarded_at": self._later("t.awarded_at")},
            ),
            Coming(
                "events_event",
                came,
                "t.name NOT LIKE 'message.%%' AND t.name NOT LIKE 'segment.%%'",
                becomes={
                    **again,
                    "key": _KEY,
                    "occurred_at": self._later("t.occurred_at"),
                    "received_at": came,
                },
                instead={"pending": "TRUE", "backfilled": "FALSE"},
            ),
            Coming(
                "messaging_message",
                self._later("t.counted_at"),
                f"t.journey NOT IN ({marks(lived)})",
                tuple(lived),
                becomes={**again, "key": _KEY, "counted_at": self._later("t.counted_at")},
                instead={"wake_pending": "FALSE"},
            ),
        ]

    def _later(self, moment: str) -> str:
        """SQL of a moment so many days later."""
        seconds = int(self.span.total_seconds())
        if self.twins.on_postgresql:
            return f"({moment}) + interval '{seconds} seconds'"
        # A moment without a fraction has none as the tables hold it, and they are compared as texts.
        return f"replace(strftime('%%Y-%%m-%%d %%H:%%M:%%f', {moment}, '+{seconds} seconds'), '.000', '')"

    def _not_before(self, moment: str) -> str:
        """SQL of a moment, of one just after these days began if it is older."""
        first = self.twins.literal(self.begins - self.span + timedelta(seconds=1))
        return (
            f"GREATEST({moment}, {first}::timestamptz)"
            if self.twins.on_postgresql
            else f"max({moment}, {first})"
        )
