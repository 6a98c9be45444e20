"""The app."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "orchestrator.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        """Say what becomes of points in a merge."""
        from orchestrator.loyalty import joining

        joining.handle()
