"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "orchestrator.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Hear what happens, go round with the workers, and say what becomes of calls in time and with their people."""
        from orchestrator.webhooks import erasing, exporting, joining, keeping, listening, rounds
        from orchestrator.workspace import audit

        listening.handle()
        rounds.handle()
        joining.handle()
        erasing.handle()
        exporting.handle()
        keeping.handle()
        audit.TITLED.add("webhooks.WebhookEndpoint")
