"""One side of the engine's row on a few people, again and again, until the cap stops it.

Printed as JSON: for every round whom it wrote to, and at which step.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from orchestrator import registry
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.work import work
from orchestrator.messaging.models import Message
from tests.bench.journeys import CAP, MONDAY_NOON, publish_engine, settle_rules
from tests.bench.people import let_in, seed
from tests.bench.provider import Nowhere, Plugin

PEOPLE = 60


def main(side: str) -> None:
    """Let everybody in once more than the cap allows, and work it off each time."""
    seed(PEOPLE, MONDAY_NOON)
    settle_rules()
    live = publish_engine(MONDAY_NOON)
    rounds = []
    for number in range(CAP + 1):
        before = set(Message.objects.values_list("id", flat=True))
        assert let_in(live, range(1, PEOPLE + 1), MONDAY_NOON, str(number)) == PEOPLE
        SIDES[side]()
        sent = Message.objects.exclude(id__in=before).filter(state="accepted")
        rounds.append(sorted(sent.values_list("customer_id", "step")))
    print(json.dumps(rounds))


def _ours() -> None:
    registry.reset(registry.load([], {"nowhere": Plugin(Nowhere())}))
    work(MONDAY_NOON)


def _naive() -> None:
    from tests.bench.naive import send

    for id_ in Enrollment.objects.filter(status="active").order_by("id").values_list("id", flat=True):
        send(id_, MONDAY_NOON.isoformat())


SIDES: dict[str, Callable[[], None]] = {"ours": _ours, "naive": _naive}
