"""The Django app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "orchestrator.segments"
    label = "segments"
