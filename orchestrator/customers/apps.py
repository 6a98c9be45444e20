"""The Django app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "orchestrator.customers"
    label = "customers"

    def ready(self) -> None:
        """Say what becomes of a customer's own rows in a merge, an erasure and an export; and how files of them are read."""
        from orchestrator.customers import erase, exporting, united
        from orchestrator.customers.imports import kinds
        from orchestrator.customers.imports.customers import CUSTOMERS
        from orchestrator.customers.personal import NOBODYS
        from orchestrator.workspace import audit

        kinds.register(CUSTOMERS)
        united.handle()
        erase.handle()
        exporting.handle()
        audit.TITLED.update(NOBODYS)
