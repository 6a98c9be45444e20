"""The Django app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "orchestrator.segments"
    label = "segments"

    def ready(self) -> None:
        """Teach the compiler about scores, and say what becomes of memberships in a merge, an erasure and an export."""
        from orchestrator.segments import erasing, exporting, joining
        from orchestrator.segments.scoring import compiled

        compiled.handle()
        joining.handle()
        erasing.handle()
        exporting.handle()
