"""The Django app."""

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "orchestrator.duplicates"
    label = "duplicates"

    def ready(self) -> None:
        """Say what becomes of pairs and keys in a merge, an erasure and an export."""
        from orchestrator.duplicates import erasing, exporting, joining

        joining.handle()
        erasing.handle()
        exporting.handle()
