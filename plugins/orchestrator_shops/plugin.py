"""What the orchestrator calls: the four sources. They need no settings; a connection brings its secret."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.sdk import Source, hookimpl
from orchestrator_shops.baselinker import BaseLinker
from orchestrator_shops.prestashop import PrestaShop
from orchestrator_shops.shopify import Shopify
from orchestrator_shops.woocommerce import WooCommerce


@hookimpl
def register_sources() -> Sequence[Source]:
    """All four."""
    return (WooCommerce(), Shopify(), PrestaShop(), BaseLinker())
