"""The Django app."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "orchestrator.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Say what becomes of calls that are kept word for word in an erasure and an export."""
        from orchestrator.ingest import erasing, exporting
        from orchestrator.workspace import audit

        erasing.handle()
        exporting.handle()
        audit.TITLED.add("ingest.WriteKey")
