"""The Django app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "orchestrator.customers"
    label = "customers"

    def ready(self) -> None:
        """Say what becomes of a customer's own rows in a merge and in an erasure."""
        from orchestrator.customers import erase, united

        united.handle()
        erase.handle()
