"""The Django app."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "orchestrator.consents"
    label = "consents"
