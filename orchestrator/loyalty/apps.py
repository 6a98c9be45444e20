"""The app."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "orchestrator.loyalty"
    label = "loyalty"
