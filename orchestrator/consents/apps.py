"""The Django app."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "orchestrator.consents"
    label = "consents"

    def ready(self) -> None:
        """Teach the import of customers the consent columns, and say what a merge, an erasure and an export do."""
        from orchestrator.consents import erasing, exporting, joining
        from orchestrator.consents.imports import ConsentColumns
        from orchestrator.customers.imports import handlers

        handlers.register("consents", ConsentColumns())
        joining.handle()
        erasing.handle()
        exporting.handle()
