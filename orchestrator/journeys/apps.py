"""The Django app."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "orchestrator.journeys"
    label = "journeys"

    def ready(self) -> None:
        """Plug in the built-in steps, tell the gate how to ask about passages, and say what a merge and an erasure do."""
        from orchestrator import registry
        from orchestrator.journeys import builtin, erasing, joining
        from orchestrator.journeys.passage import passages, stopped

        registry.add_builtin("journeys", builtin)
        if passages not in registry.passage_loaders:
            registry.passage_loaders.append(passages)
            registry.stop_loaders.append(stopped)
        joining.handle()
        erasing.handle()
