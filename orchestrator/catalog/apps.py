"""The Django app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "orchestrator.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Say how a file of products is read."""
        from orchestrator.catalog import imports

        imports.handle()
