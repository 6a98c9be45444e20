"""The Django app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "orchestrator.segments"
    label = "segments"

    def ready(self) -> None:
        """Say what becomes of memberships in a merge, an erasure and an export."""
        from orchestrator.segments import erasing, exporting, joining

        joining.handle()
        erasing.handle()
        exporting.handle()
