"""What the sample shop has to show beside its journeys: segments with a past, scores, a catalogue, orders undone, tickets."""

from __future__ import annotations

import json

from tests.demo.conftest import Lived

COUNT = """
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


def test_its_data_has_come_together(shop: Lived) -> None:
    assert json.loads(shop.installation.python(COUNT)) == {
        "segments": 10,
        "settled": 10,
        "moved": True,
        "scored": 0,
        "bases": ["done"],
        "told": ["cart.updated", "order.cancelled", "order.returned", "ticket.opened"],
        "open_tickets": 0,
        "products": 10,
        "on_sale": ["24.00", "32.00"],
        "doubles": ["open"],
        "due_later": 0,
    }
