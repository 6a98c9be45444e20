"""Push notifications: Web Push to browsers, FCM to apps. Each is switched on by its settings."""

from orchestrator_push import plugin

__all__ = ["plugin"]
