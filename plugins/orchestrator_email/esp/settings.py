"""Which provider, and its keys: `ANYMAIL_BACKEND=postmark`, `ANYMAIL_POSTMARK_SERVER_TOKEN=…`, from the environment.

The keys are django-anymail's own settings with its own names, so its documentation holds. None of them is ever shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailConfigurationError
from django.core.exceptions import ImproperlyConfigured

from orchestrator.sdk import PluginError

PLUGIN = "orchestrator_email"
PREFIX = "ANYMAIL_"
# Those that django-anymail reaches by plain HTTP; Amazon SES needs a library that is not among our requirements.
KNOWN = frozenset(
    {
        "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark", "resend",
        "scaleway", "sendgrid", "sparkpost", "unisender_go",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Esp:
    """An email service provider. `options`: its settings, by their names without the prefix; `timeout` in seconds."""

    name: str
    title: str
    options: Mapping[str, str] = field(repr=False)
    timeout: float = 10.0

    def backend(self) -> Any:
        """A new backend of django-anymail; one thread may use it at a time."""
        # What a provider says of the recipient is read, not raised; and the same message gives the same bytes.
        made = {**self.options, "timeout": self.timeout, "ignore_recipient_status": True}
        made |= {"generate_message_id": False, "fail_silently": False}
        return import_module(f"anymail.backends.{self.name}").EmailBackend(**made)


def read(environ: Mapping[str, str]) -> Esp | None:
    """The provider that the environment names, None if it names none; a wrong setting raises PluginError."""
    name = environ.get("ANYMAIL_BACKEND", "").strip().lower().replace(" ", "_")
    if not name:
        return None
    if name not in KNOWN:
        raise PluginError(
            PLUGIN, f"ANYMAIL_BACKEND: {name!r} is not known.", f"Write one of {', '.join(sorted(KNOWN))}."
        )
    title = str(import_module(f"anymail.backends.{name}").EmailBackend.esp_name)
    esp = Esp(name, title, _options(title, environ))
    try:
        esp.backend()
    except (AnymailConfigurationError, ImproperlyConfigured) as error:
        raise PluginError(PLUGIN, f"{title} cannot be used: {_first_line(error)}", _how(title)) from None
    return esp


def _options(title: str, environ: Mapping[str, str]) -> dict[str, str]:
    """`ANYMAIL_POSTMARK_SERVER_TOKEN` -> server_token, and `ANYMAIL_WEBHOOK_SECRET` -> webhook_secret."""
    mine = f"{PREFIX}{title.upper().replace(' ', '_')}_"
    options = {
        name.removeprefix(mine).lower(): value
        for name, value in environ.items()
        if name.startswith(mine) and value
    }
    secret = environ.get(f"{PREFIX}WEBHOOK_SECRET", "")
    return options | ({"webhook_secret": secret} if secret else {})


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _how(title: str) -> str:
    return (
        f"Its settings are environment variables that begin with {PREFIX}{title.upper().replace(' ', '_')}_."
    )
