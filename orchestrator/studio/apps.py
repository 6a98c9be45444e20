"""The Django app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "orchestrator.studio"
    label = "studio"
