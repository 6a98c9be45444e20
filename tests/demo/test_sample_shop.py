"""The sample shop lived through: everything that its summary says is there, and no rule was broken on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.demo.conftest import Lived
from tests.environment import ROOT

COUNT = """
from django.db.models import Count
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
import json
print(json.dumps({
    "published": list(Journey.objects.filter(status="live").order_by("key").values_list("key", flat=True)),
    "entered_twice": Enrollment.objects.filter(journey__key="onboarding").values("customer").annotate(
        n=Count("id")).filter(n__gt=1).count(),
    "unsettled": Message.objects.filter(state__in=("leased", "handing_off", "uncertain", "unknown")).count(),
    "failed": Message.objects.filter(state__in=("render_failed", "failed", "dead", "rejected")).count(),
    "channels": sorted(set(Message.objects.filter(state="accepted").values_list("channel", flat=True))),
}))
"""
# What it has to show beside its journeys: segments with a past, scores, a catalogue, orders undone, tickets, two accounts.
TOGETHER = """
from datetime import timedelta
from django.utils import timezone
from orchestrator.catalog.models import Product
from orchestrator.customers.models import Customer
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.events.models import Event
from orchestrator.segments.models import Score, ScoreBasis, Segment, Transition
import json
names = set(Event.objects.values_list("name", flat=True))
tea = Product.objects.get(key="herbata-zimowa")
opened, closed = (Event.objects.filter(name=f"ticket.{name}").count() for name in ("opened", "closed"))
print(json.dumps({
    "segments": Segment.objects.count(),
    "settled": Segment.objects.filter(settled=True).count(),
    "moved": Transition.objects.exists(),
    "scored": Score.objects.count() - Customer.objects.count(),
    "bases": list(ScoreBasis.objects.values_list("phase", flat=True)),
    "told": sorted(names & {"order.cancelled", "order.returned", "ticket.opened", "cart.updated"}),
    "open_tickets": sum(Customer.objects.filter(attributes__open_tickets__isnull=False).values_list(
        "attributes__open_tickets", flat=True)) - (opened - closed),
    "products": Product.objects.count(),
    "on_sale": [str(tea.price), str(tea.regular_price)],
    "doubles": list(LikelyDuplicate.objects.values_list("state", flat=True)),
    "due_later": Segment.objects.filter(due_at__gt=timezone.now() + timedelta(hours=1)).count(),
}))
"""


def count(shop: Lived) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(shop.installation.python(COUNT))
    return answer


def test_its_people_go_through_the_shipped_journeys_and_every_channel(shop: Lived) -> None:
    assert count(shop) == {
        "published": [
            "double_opt_in",
            "double_opt_in_sms",
            "loyalty_milestones",
            "onboarding",
            "reactivation",
        ],
        "entered_twice": 0,
        "unsettled": 0,
        "failed": 0,
        "channels": ["email", "push", "sms"],
    }


def test_its_data_has_come_together(shop: Lived) -> None:
    assert json.loads(shop.installation.python(TOGETHER)) == {
        "segments": 10,
        "settled": 10,
        "moved": True,
        "scored": 0,
        "bases": ["done"],
        "told": ["cart.updated", "order.cancelled", "order.returned", "ticket.opened"],
        "open_tickets": 0,
        "products": 10,
        "on_sale": ["24.00", "32.00"],
        "doubles": ["open"] * 3,  # so many of the 120 have made a second account
        "due_later": 0,
    }


def test_no_rule_is_broken_in_any_message_sent(shop: Lived) -> None:
    looked_at = shop.audit["looked_at"]
    assert looked_at == shop.summary["messages"]["accepted"]
    assert looked_at > 60
    assert shop.audit == dict.fromkeys(shop.audit, 0) | {"looked_at": looked_at}


def test_the_summary_has_what_others_read_and_a_table_for_people(shop: Lived) -> None:
    assert set(shop.summary) == {
        "customers", "orders", "entered", "completed", "messages", "milestones", "seconds",
    }  # fmt: skip
    assert shop.summary["customers"] == 120
    assert set(shop.summary["messages"]) == {"accepted", "held", "skipped"}
    assert set(shop.summary["milestones"]) == {"order_5", "order_10", "spent_500"}
    assert {"no_consent", "consent_withdrawn"} <= set(shop.summary["messages"]["skipped"])
    assert f"120 customers, {shop.summary['orders']:,} orders" in shop.output
    assert "converted" in shop.output


def test_a_second_demo_shows_the_first_and_adds_nothing(shop: Lived) -> None:
    again = shop.installation.manage("demo", "--no-serve", "--json")
    told = json.loads(again.splitlines()[-1])
    assert again.startswith("The demo has filled this database before")
    assert told | {"seconds": 0} == shop.summary | {"seconds": 0}


def test_orders_are_never_mixed_into_what_is_there(shop: Lived) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve", "--orders", "some.txt"],
        cwd=ROOT,
        env=shop.installation.environment,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "CommandError: this database holds 120 customers, and the demo mixes with nobody's data. Give it a database"
        " of its own: VAR_DIR=some/folder, or DATABASE_URL.\n"
    )
