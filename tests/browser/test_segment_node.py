"""Segment's own library for Node against a server that runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.ingest import limits, view
from orchestrator.ingest.models import DeadLetter
from tests.environment import ROOT
from tests.ingest.conftest import Shop, make_shop

SCRIPT = Path(__file__).with_name("segment_node.mjs")
FRONTEND = ROOT / "frontend"
NODE = shutil.which("node")
WHY_NOT = (
    "there is no node on this machine"
    if NODE is None
    else ""
    if (FRONTEND / "node_modules" / "@segment" / "analytics-node").is_dir()
    else "@segment/analytics-node is not installed; `npm --prefix frontend ci` does it"
)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "it is there"),
]


@pytest.fixture
def shop(transactional_db: None) -> Iterator[Shop]:
    limits.forget()
    yield make_shop(per_minute=1_000_000)
    limits.forget()


def send(shop: Shop, server: LiveServer) -> None:
    """Run the script; nothing it was asked to send may fail."""
    command = [str(NODE), str(SCRIPT), server.url, shop.secret, f"{FRONTEND}/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"wrong": []}


def all_is_there() -> None:
    anna = Customer.objects.get(external_id="anna", merged_into=None)
    assert anna.attributes == {"first_name": "Anna", "group": "acme"}
    assert list(Address.objects.values_list("customer", "value")) == [(anna.pk, "anna@shop.example")]
    hers = Event.objects.filter(customer=anna).order_by("name").values_list("name", flat=True)
    assert list(hers) == ["page.viewed", "product.viewed", "screen.viewed"]
    orders = Event.objects.filter(name="order.placed")
    assert sorted(orders.values_list("properties__n", flat=True)) == list(range(300))
    assert set(orders.values_list("amount", flat=True)) == {Decimal("1.50")}
    assert (Event.objects.count(), DeadLetter.objects.count()) == (303, 0)


def test_every_call_arrives_once(shop: Shop, live_server: LiveServer):
    send(shop, live_server)
    all_is_there()


def test_what_is_sent_again_after_a_broken_answer_is_there_once(
    shop: Shop, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
):
    told, broken = view._told, list[int]()

    def breaks(said: Any, **headers: str) -> Any:
        if said.status == 200 and len(broken) < 3:
            broken.append(1)
            return told(view.Answer(500, "broken"))
        return told(said, **headers)

    monkeypatch.setattr(view, "_told", breaks)
    send(shop, live_server)
    assert len(broken) == 3
    all_is_there()
