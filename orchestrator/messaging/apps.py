"""The Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "orchestrator.messaging"
    label = "messaging"
