"""The app."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "orchestrator.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        """Say what becomes of points in a merge and in an erasure."""
        from orchestrator.loyalty import erasing, joining

        joining.handle()
        erasing.handle()
