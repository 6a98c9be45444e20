"""The Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "orchestrator.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Plug in channels and mailboxes, the rule about received messages, and what a merge, an erasure and an export do."""
        from orchestrator import registry
        from orchestrator.messaging import builtin, contacts, erasing, exporting, joining, received

        registry.add_builtin("messaging", builtin)
        received.register()
        contacts.handle()
        joining.handle()
        erasing.handle()
        exporting.handle()
