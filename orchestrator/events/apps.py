"""The Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "orchestrator.events"
    label = "events"

    def ready(self) -> None:
        """Say what becomes of events in a merge and in an erasure."""
        from orchestrator.events import erasing, joining

        joining.handle()
        erasing.handle()
