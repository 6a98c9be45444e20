"""The Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "orchestrator.events"
    label = "events"

    def ready(self) -> None:
        """Say what becomes of events in a merge, an erasure and an export."""
        from orchestrator.events import erasing, exporting, joining

        joining.handle()
        erasing.handle()
        exporting.handle()
