"""The Django app: it has a page and its style, and no rows."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "orchestrator.api"
    label = "api"
