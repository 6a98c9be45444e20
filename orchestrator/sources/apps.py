"""The Django app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.apps import AppConfig

from orchestrator.sdk import Offered


class SourcesConfig(AppConfig):
    name = "orchestrator.sources"
    label = "sources"

    def ready(self) -> None:
        """Say what becomes of deliveries that are kept, let products be stored, and files be imported."""
        from orchestrator.customers.imports import kinds
        from orchestrator.sources import erasing, exporting, files, store
        from orchestrator.workspace import audit

        erasing.handle()
        exporting.handle()
        audit.TITLED.add("sources.Connection")
        kinds.later(files.register_all)
        store.register(save_products)


def save_products(offered: Sequence[Offered], now: datetime) -> tuple[int, int]:
    """Products into the catalogue."""
    from orchestrator.catalog import save as catalog

    products = [
        catalog.NewProduct(
            one.key, one.title, one.url, one.image_url, one.category, one.price, one.regular_price, one.currency,
            one.stock, one.available, one.properties,
        )
        for one in offered
    ]  # fmt: skip
    saved = catalog.save(products, now)
    return saved.created, saved.updated
