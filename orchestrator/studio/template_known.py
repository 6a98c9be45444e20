"""What a template may name, for completing it while it is written."""

from __future__ import annotations

from typing import Any

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.journeys.check import CONTEXT_ROOTS
from orchestrator.messaging.content.filters import FILTERS
from orchestrator.messaging.models import Block, Template
from orchestrator.segments.models import Segment

LOOKED_AT = 1_000  # of the newest customers: their attributes are read, and only their names are told
MOST = 300
_OF = {
    "customer": ("country", "language"),
    "brand": ("colour", "footer", "logo_url", "name"),
    "shop": ("url",),
    "journey": ("title", "variant"),
    "entry": ("key", "value"),
}


def known(template: Template) -> dict[str, Any]:
    """Variables, what is below each by name, filters, segments, and the brand's blocks."""
    return {
        "roots": sorted(CONTEXT_ROOTS),
        "properties": {name: sorted({*fields, *_more(name)}) for name, fields in _OF.items()},
        "blocks": sorted(Block.objects.filter(brand=template.brand_id).values_list("key", flat=True)),
        "segments": list(Segment.objects.order_by("key").values_list("key", flat=True)[:MOST]),
        "filters": sorted({*FILTERS, *registry.current().filters}),
    }


def _more(name: str) -> list[str]:
    if name != "customer":
        return []
    newest = Customer.objects.order_by("-id").values_list("attributes", flat=True)[:LOOKED_AT]
    names = {one for attributes in newest if isinstance(attributes, dict) for one in attributes}
    return sorted(one for one in names if one.isidentifier() and not one.startswith("_"))[:MOST]
