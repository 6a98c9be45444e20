"""CDNOW's customers live through the shipped journeys: who entered, what was celebrated, and no rule broken.

Every eightieth customer's first five months, so that the suite stays short (with fewer, nobody would reach some of the
milestones); all 23,570 of them and their year and a half with REAL_DATA_WHOLE=1 (`make test-real`).
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import Lived
from tests.environment import ROOT
from tests.installation import installed

WHOLE = bool(os.environ.get("REAL_DATA_WHOLE"))
ENTRIES = """
import json
from django.db.models import Count
from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment
mine = Enrollment.objects.filter(journey__key="onboarding")
times = mine.values("customer").annotate(n=Count("id"))
print(json.dumps({
    "customers": Customer.objects.count(),
    "entered_once": times.filter(n=1).count(),
    "entered_twice": times.filter(n__gt=1).count(),
}))
"""


def choose(path: Path) -> list[list[str]]:
    """The lines to be lived, in fields, straight from the file and without its header."""
    lines = [line.split() for line in path.read_text().splitlines()[1:]]
    return [
        fields
        for fields in lines
        if fields and (WHOLE or (int(fields[0]) % 80 == 0 and fields[1] <= "19970531"))
    ]


@pytest.fixture(scope="module")
def paid(cdnow: Path) -> dict[str, list[Decimal]]:
    """What each customer paid, order by order."""
    answer: dict[str, list[Decimal]] = defaultdict(list)
    for who, _, _, value in choose(cdnow):
        answer[who].append(Decimal(value))
    return answer


@pytest.fixture(scope="module")
def lived(cdnow: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("cdnow")
    orders = folder / "orders.txt"
    orders.write_text("".join(f"{' '.join(fields)}\n" for fields in choose(cdnow)))
    with installed(folder, os.environ["TEST_DATABASE"], JOURNEYS_DIR=str(ROOT / "journeys")) as one:
        told = one.manage("demo", "--orders", str(orders), "--no-serve", "--json")
        print(told.splitlines()[-1])
        yield Lived(one, told)


def test_all_customers_and_orders_are_there(lived: Lived, paid: dict[str, list[Decimal]]) -> None:
    assert lived.summary["customers"] == len(paid)
    assert lived.summary["orders"] == sum(map(len, paid.values()))


def test_every_customer_enters_onboarding_exactly_once(lived: Lived, paid: dict[str, list[Decimal]]) -> None:
    entries = json.loads(lived.installation.python(ENTRIES))
    assert entries == {"customers": len(paid), "entered_once": len(paid), "entered_twice": 0}
    assert lived.summary["entered"]["onboarding"] == len(paid)


def test_the_milestones_are_those_of_the_file(lived: Lived, paid: dict[str, list[Decimal]]) -> None:
    reached = {
        "order_5": sum(len(orders) >= 5 for orders in paid.values()),
        "order_10": sum(len(orders) >= 10 for orders in paid.values()),
        "spent_500": sum(sum(orders) >= 500 for orders in paid.values()),
    }
    assert all(reached.values()), "these customers are too few to show anything"
    assert lived.summary["milestones"] == reached


def test_no_cap_gap_consent_or_silence_is_broken_in_any_message(lived: Lived) -> None:
    looked_at = lived.summary["messages"]["accepted"]
    assert looked_at > len(lived.summary["entered"])
    assert lived.audit == dict.fromkeys(lived.audit, 0) | {"looked_at": looked_at}
