"""The Django app."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "orchestrator.journeys"
    label = "journeys"
