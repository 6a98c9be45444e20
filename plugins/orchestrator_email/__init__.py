"""Email over SMTP, for a mail server of your own or anyone's relay. It is switched on by `EMAIL_URL`."""

from orchestrator_email import plugin

__all__ = ["plugin"]
