"""The Django app."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "orchestrator.consents"
    label = "consents"

    def ready(self) -> None:
        """Teach the import of customers the consent columns, and say what becomes of consents in a merge and in an erasure."""
        from orchestrator.consents import erasing, joining
        from orchestrator.consents.imports import ConsentColumns
        from orchestrator.customers.imports import handlers

        handlers.register("consents", ConsentColumns())
        joining.handle()
        erasing.handle()
