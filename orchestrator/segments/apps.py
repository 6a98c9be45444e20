"""The Django app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "orchestrator.segments"
    label = "segments"

    def ready(self) -> None:
        """Say what becomes of memberships in a merge and in an erasure."""
        from orchestrator.segments import erasing, joining

        joining.handle()
        erasing.handle()
