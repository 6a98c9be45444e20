"""The Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "orchestrator.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Plug in the built-in channels and mailboxes, the rule about received messages, and what a merge and an erasure do."""
        from orchestrator import registry
        from orchestrator.messaging import builtin, erasing, joining, received

        registry.add_builtin("messaging", builtin)
        received.register()
        joining.handle()
        erasing.handle()
