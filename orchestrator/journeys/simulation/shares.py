"""SHARES: people do not meet one another in a journey, so each of several processes can live a share of them.

Those who have an address in common do meet: caps count what went to it, whoever it was for. They are all in the first
share, however many they are. Where a journey counts people or money over everybody there is one share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.journeys.simulation.twins import Twins

MINE = "simulated_people"
_TOGETHER = """
WITH met AS (
    SELECT t.customer_id, a.customer_id AS other FROM {real}.customers_address t JOIN {real}.customers_address a
        ON (a.channel, a.digest) = (t.channel, t.digest) AND a.customer_id <> t.customer_id
    UNION SELECT t.customer_id, a.customer_id FROM {real}.messaging_message t JOIN {real}.customers_address a
        ON a.digest = t.address_digest AND a.customer_id <> t.customer_id
)
SELECT customer_id FROM met UNION SELECT other FROM met
"""
_MINE = """
CREATE TEMP TABLE {mine} AS SELECT id FROM {real}.customers_customer
WHERE CASE WHEN id IN ({together}) THEN 0 ELSE id %% {of} END = {number}
"""


@dataclass(frozen=True, slots=True)
class Share:
    """The people of one process: those of `number`, from 0, of so many shares."""

    number: int = 0
    of: int = 1

    def make(self, twins: Twins) -> None:
        """Find out who they are."""
        if self.of > 1:
            together = _TOGETHER.format(real=twins.real)
            twins.run(
                _MINE.format(mine=MINE, real=twins.real, together=together, of=self.of, number=self.number)
            )
            twins.index(MINE, "id", unique=True)

    def within(self, column: str, where: str) -> str:
        """A condition of SQL, for these people alone. `column` holds the customer's id."""
        if self.of == 1:
            return where
        mine = f"{column} IN (SELECT id FROM {MINE})"
        return f"({where}) AND {mine}" if where else mine


EVERYBODY = Share()


def can_share(definitions: Iterable[Definition], budgets: bool) -> bool:
    """Whether what happens to somebody hangs on nobody else. `budgets`: some hold, and are spent by all together."""
    return not budgets and not any(_counts_people(one) for one in definitions)


def _counts_people(definition: Definition) -> bool:
    """A door that lets in so many, a launch in waves that stops by what came of the last, and how often others buy."""
    entry = definition.entry
    return entry.limit is not None or any(
        isinstance(one, ReplenishmentTrigger) or getattr(one, "pace", None) is not None
        for one in entry.triggers
    )
