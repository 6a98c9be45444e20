"""Django's own mail, which tells staff of alarms: by the mail server that letters to customers leave by."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

KEPT = "orchestrator.messaging.kept_mail.KeptMail"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "smtps": 465}
TIMEOUT = 10  # seconds


def mail_settings(url: str) -> dict[str, Any]:
    """The settings that `EMAIL_URL` comes to. Empty, or one that the email plugin refuses with words: mail is kept."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return {"EMAIL_BACKEND": KEPT}
    if parts.scheme not in PORTS or not parts.hostname:
        return {"EMAIL_BACKEND": KEPT}
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme in ("smtp+ssl", "smtps"),
        "EMAIL_TIMEOUT": TIMEOUT,
    }
