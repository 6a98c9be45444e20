"""The Django app."""

from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "orchestrator.moving"
    label = "moving"

    def ready(self) -> None:
        """Offer the files of the systems that people move in from."""
        from orchestrator.customers.imports.kinds import register
        from orchestrator.moving.folder import KINDS

        for kinds in KINDS.values():
            for kind in kinds:
                register(kind)
