"""Helpdesks that tell of their tickets: Zendesk, Freshdesk, and whatever speaks Standard Webhooks."""

from orchestrator_helpdesk import plugin

__all__ = ["plugin"]
