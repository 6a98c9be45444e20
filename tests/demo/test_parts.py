"""A tale lived in parts ends as the same tale lived in one."""

from __future__ import annotations

import json
import os
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.environment import ROOT
from tests.installation import installed

LIVE = """
import json
from pathlib import Path
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo
from orchestrator.demo import live, orders, parts
from orchestrator.demo.summary import summarise
from tests.audit import audit
parts.FEW, parts.os.sched_getaffinity = 0, lambda _: range({count})
live.TICK = timedelta(hours=12)
tale = orders.tell(Path({path!r}), ZoneInfo("Europe/Warsaw"), "PLN", datetime.now(UTC))
shares = []
parts.live_in_parts(tale, shares.append)
assert shares == sorted(shares) and shares[-1] == 1.0, shares
live.calm()  # what follows sees what was committed
print(json.dumps([summarise().as_json(0), audit()]))
"""
# In the same process too: another start of Python would cost more than all that it asks.
LATER = """
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.workspace.sequence import take
from django.db.models import Max
from orchestrator.customers.models import Customer
from orchestrator.messaging.models import Message
last, number = Customer.objects.aggregate(m=Max("id"))["m"], Message.objects.aggregate(m=Max("number"))["m"]
print(save([Person("late")], datetime.now(UTC)).ids[0] > last, take(1)[0] > number)
"""


def write_orders(path: Path) -> None:
    """Forty customers, two weeks."""
    chance = random.Random(7)
    lines = []
    for who in range(40):
        on = date(2024, 1, 1) + timedelta(days=chance.randint(0, 4))
        for _ in range(chance.choice([1, 1, 2, 3, 6])):
            value = chance.randint(1000, 20000) / 100
            lines.append(f"{who:05d} {on:%Y%m%d} {chance.randint(1, 4)} {value:.2f}\n")
            on += timedelta(days=chance.randint(1, 2))
    path.write_text("".join(lines))


@pytest.mark.skipif(os.environ["TEST_DATABASE"] != "sqlite", reason="only on SQLite is a tale lived in parts")
def test_two_processes_make_of_a_tale_what_one_makes(tmp_path: Path) -> None:
    orders = tmp_path / "orders.txt"
    write_orders(orders)
    told: dict[int, Any] = {}
    for count in (1, 2):
        folder = tmp_path / str(count)
        folder.mkdir()
        with installed(folder, "sqlite", JOURNEYS_DIR=str(ROOT / "journeys")) as one:
            ended, later = one.python(LIVE.format(count=count, path=str(orders)) + LATER).splitlines()
            told[count] = json.loads(ended)
            assert later == "True True"
            assert not list(folder.glob("*/[0-9].sqlite3")), "the parts' own databases are gone"
    (alone, audited), (together, audited_too) = told[1], told[2]
    assert alone["customers"] == 40
    assert together["customers"] == 40
    for name in ("orders", "milestones", "entered"):
        assert together[name] == alone[name]
    assert audited | {"looked_at": 0} == dict.fromkeys(audited, 0)
    assert audited_too | {"looked_at": 0} == dict.fromkeys(audited, 0)
    assert audited_too["looked_at"] == together["messages"]["accepted"] > 40
