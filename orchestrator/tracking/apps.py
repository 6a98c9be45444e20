"""The Django app."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "orchestrator.tracking"
    label = "tracking"
