"""The Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "orchestrator.demo"
    label = "demo"
