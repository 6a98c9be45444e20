"""Online Retail's invoices: all of them, and what is left of them beside a count of our own."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum

from orchestrator.customers.imports.kinds import Setting, registered
from orchestrator.customers.imports.run import run
from orchestrator.customers.models import Customer
from orchestrator.domain.scores.orders import Line, bought
from orchestrator.events.models import Event

NOW = datetime(2012, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")
Bill = dict[str, dict[str, tuple[int, Decimal]]]


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, unpacked."""
    folder = os.environ.get("REAL_DATA", "")
    packed = Path(folder) / "online_retail.csv.gz"
    if not folder or not packed.is_file():
        pytest.skip(
            "REAL_DATA does not name a folder with online_retail.csv.gz, so nothing real is imported here"
        )
    path = tmp_path_factory.mktemp("retail") / "online_retail.csv"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def counted(path: Path) -> tuple[Decimal, Decimal, Decimal, int]:
    """Of the file alone: gross, given back with an order, given back loose, and how many orders have something left."""
    gross: dict[str, Decimal] = defaultdict(Decimal)
    back: dict[str, Decimal] = defaultdict(Decimal)
    stock: dict[tuple[str, str], list[list[object]]] = defaultdict(list)
    parts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(path.open(encoding="utf-8")):
        who, invoice, goods = row["CustomerID"], row["InvoiceNo"], row["StockCode"].strip()
        if not who:
            continue
        many, price = int(row["Quantity"]), Decimal(row["UnitPrice"])
        if not invoice.startswith("C"):
            gross[invoice] += many * price
            stock[who, goods].append([invoice, many])
            continue
        fit = [one for one in stock[who, goods] if one[1] >= -many]  # type: ignore[operator]
        if fit:
            fit[-1][1] += many  # type: ignore[operator]
        parts[invoice, str(fit[-1][0]) if fit else ""] -= many * price
    loose = Decimal(0)
    for (_, order), amount in parts.items():
        if order:
            back[order] += amount.quantize(CENT)
        else:
            loose += amount.quantize(CENT)
    whole = {order: amount.quantize(CENT) for order, amount in gross.items()}
    taken = sum((min(back[order], amount) for order, amount in whole.items()), Decimal(0))
    stand = sum(not amount or back[order] < amount for order, amount in whole.items())
    return sum(whole.values(), Decimal(0)), taken, loose, stand


@pytest.mark.django_db
def test_every_invoice_is_an_order_and_what_came_back_is_taken_off(retail: Path) -> None:
    setting = Setting(NOW, ZoneInfo("Europe/London"), "GBP")
    came = run(registered()["online_retail"], retail, setting, lambda done: None)
    assert came.errors == []
    placed = Event.objects.filter(name="order.placed")
    assert (placed.count(), came.counts["orders"]) == (18_536, 18_536)
    assert came.counts["without_customer"] == 135_080
    assert placed.values("customer").distinct().count() == 4_339
    assert Customer.objects.count() == 4_372
    assert placed.aggregate(sum=Sum("amount"))["sum"] == Decimal("8911407.90")
    gross, taken, loose, stand = counted(retail)
    assert gross == Decimal("8911407.90")
    lines: dict[int, list[Line]] = defaultdict(list)
    events = Event.objects.order_by("occurred_at", "id")
    for customer, name, at, amount, about in events.values_list(
        "customer", "name", "occurred_at", "amount", "properties"
    ):
        lines[customer].append(Line(name, at, amount or Decimal(0), about.get("order_id", "")))
    net = [bought(theirs) for theirs in lines.values()]
    assert sum(len(one.orders) for one in net) == stand
    assert sum((one.amount for each in net for one in each.orders), Decimal(0)) == gross - taken
    assert sum((one.loose for one in net), Decimal(0)) == loose
    assert (str(taken), str(loose), stand) == ("461917.20", "143901.27", 18_395)
