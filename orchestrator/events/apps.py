"""The Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "orchestrator.events"
    label = "events"

    def ready(self) -> None:
        """Say what becomes of events in a merge, an erasure and an export, and how files of orders are read."""
        from orchestrator.customers.imports import kinds
        from orchestrator.events import erasing, exporting, joining, online_retail
        from orchestrator.events.imports import ORDERS

        kinds.register(ORDERS)
        joining.handle()
        erasing.handle()
        exporting.handle()
        online_retail.handle()
