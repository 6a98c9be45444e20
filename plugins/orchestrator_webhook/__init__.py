"""Webhooks: signed HTTP calls to systems of one's own, by the Standard Webhooks specification."""

from orchestrator_webhook import plugin

__all__ = ["plugin"]
