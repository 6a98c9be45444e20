"""The Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "orchestrator.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Plug in the built-in channels and mailboxes, and the rule about received messages."""
        from orchestrator import registry
        from orchestrator.messaging import builtin, received

        registry.add_builtin("messaging", builtin)
        received.register()
