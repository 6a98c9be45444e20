"""The Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "orchestrator.events"
    label = "events"

    def ready(self) -> None:
        """Say what becomes of events in a merge."""
        from orchestrator.events import joining

        joining.handle()
