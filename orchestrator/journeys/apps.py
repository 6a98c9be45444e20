"""The Django app."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "orchestrator.journeys"
    label = "journeys"

    def ready(self) -> None:
        """Plug in the built-in steps, teach the gate to ask about passages, and say what a merge, an erasure and an export do."""
        from orchestrator import registry
        from orchestrator.journeys import builtin, erasing, exporting, joining
        from orchestrator.journeys.passage import passages, stopped

        registry.add_builtin("journeys", builtin)
        if passages not in registry.passage_loaders:
            registry.passage_loaders.append(passages)
            registry.stop_loaders.append(stopped)
        joining.handle()
        erasing.handle()
        exporting.handle()
