"""Who is told, and each call."""

from orchestrator.webhooks.models.delivery import WebhookDelivery
from orchestrator.webhooks.models.endpoint import WebhookEndpoint

__all__ = ["WebhookDelivery", "WebhookEndpoint"]
