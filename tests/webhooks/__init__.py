"""Webhooks: what is said, what is told, and that the two are the same."""
