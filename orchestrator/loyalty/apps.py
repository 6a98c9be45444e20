"""The app."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "orchestrator.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        """Say what becomes of points in a merge, an erasure and an export."""
        from orchestrator.loyalty import erasing, exporting, joining

        joining.handle()
        erasing.handle()
        exporting.handle()
