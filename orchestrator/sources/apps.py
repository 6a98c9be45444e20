"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "orchestrator.sources"
    label = "sources"

    def ready(self) -> None:
        """Say what becomes of deliveries that are kept, and let files be imported."""
        from orchestrator.customers.imports import kinds
        from orchestrator.sources import erasing, exporting, files
        from orchestrator.workspace import audit

        erasing.handle()
        exporting.handle()
        audit.TITLED.add("sources.Connection")
        kinds.later(files.kinds)
