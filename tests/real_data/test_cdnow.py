"""CDNOW's customers: imported exactly, once, killed in the middle, and twice at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Sum

from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.events.orders import iter_orders
from tests.environment import ROOT

ORDERS, CUSTOMERS, VALUE = 69_659, 23_570, "2500315.63"
SEEN = (
    (Customer, ("external_id", "created_at", "updated_at")),
    (Event, ("key", "customer_id", "occurred_at", "received_at", "amount")),
)
COMMAND = [sys.executable, "manage.py", "import_orders"]
# Ends itself with SIGKILL in the transaction of the eighth chunk, after its rows were written.
KILLED = """
import os, signal, sys
from orchestrator.events import imports
real, calls = imports.record, []
def record(events, now):
    answer = real(events, now)
    calls.append(1)
    if len(calls) == 8:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
imports.record = record
from django.core.management import call_command
call_command("import_orders", sys.argv[1])
"""
WITH_DJANGO = "import django; django.setup()\n"


def environment() -> dict[str, str]:
    """This run's own test database, for a process of its own."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def run(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def load(path: Path) -> dict[str, Any]:
    return finish(run(*COMMAND, str(path), "--json"))


def seen() -> list[set[tuple[Any, ...]]]:
    return [set(table.objects.values_list("pk", *columns)) for table, columns in SEEN]


def counts(answer: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(answer[name] for name in ("new_customers", "new_orders", "repeated", "error_count"))


def assert_all_is_there(answer: dict[str, Any]) -> None:
    assert (answer["customers"], answer["orders"], answer["value"]) == (CUSTOMERS, ORDERS, VALUE)
    assert Customer.objects.count() == CUSTOMERS
    assert Address.objects.count() == 0
    assert Event.objects.count() == ORDERS
    assert Event.objects.aggregate(all=Sum("amount"))["all"] == Decimal(VALUE)
    assert Event.objects.values("customer_id").distinct().count() == CUSTOMERS


def test_what_is_read_is_what_is_known_of_the_file(cdnow: Path) -> None:
    orders = list(iter_orders(cdnow, ZoneInfo("Europe/Warsaw")))
    assert len(orders) == len({order.key for order in orders}) == ORDERS
    assert len({order.external_id for order in orders}) == CUSTOMERS
    assert sum(order.value for order in orders) == Decimal(VALUE)
    assert sum(order.value == 0 for order in orders) == 80
    equal = Counter((o.external_id, o.occurred_at.date(), o.count, o.value) for o in orders)
    assert ORDERS - len(equal) == 255
    assert (orders[0].occurred_at.isoformat(), orders[0].value) == (
        "1997-01-01T11:00:00+00:00",
        Decimal("11.77"),
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_imported_exactly_and_a_second_run_changes_nothing(cdnow: Path) -> None:
    first = load(cdnow)
    assert_all_is_there(first)
    assert counts(first) == (CUSTOMERS, ORDERS, 0, 0)
    before = seen()
    second = load(cdnow)
    assert_all_is_there(second)
    assert counts(second) == (0, 0, ORDERS, 0)
    assert seen() == before


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_and_run_again_it_is_the_same(cdnow: Path) -> None:
    process = run(sys.executable, "-c", WITH_DJANGO + KILLED, str(cdnow))
    assert process.wait(timeout=300) == -signal.SIGKILL
    process.communicate()
    assert Event.objects.count() == 35_000  # seven whole chunks, and nothing of the eighth
    answer = load(cdnow)
    assert_all_is_there(answer)
    assert counts(answer)[1:] == (ORDERS - 35_000, 35_000, 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_time_everything_is_there_once(cdnow: Path) -> None:
    both = [run(*COMMAND, str(cdnow), "--json") for _ in range(2)]
    answers = [finish(process) for process in both]
    for answer in answers:
        assert_all_is_there(answer)
    for name, total in (("new_customers", CUSTOMERS), ("new_orders", ORDERS), ("repeated", ORDERS)):
        assert sum(answer[name] for answer in answers) == total
