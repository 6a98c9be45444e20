"""Email over SMTP (`EMAIL_URL`), or through the API of a provider by django-anymail (`ANYMAIL_BACKEND`)."""

from orchestrator_email import plugin

__all__ = ["plugin"]
