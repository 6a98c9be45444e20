"""Settings from the environment: read once at the start; what is wrong is said with the variable's name and how to mend it.

A value never stands in an error, since any of them may be a secret.
"""

from __future__ import annotations

import os
import re
from typing import NoReturn
from urllib.parse import urlsplit

from orchestrator.sdk import PluginError

PLUGIN = "orchestrator_sms"
LEAST_SECRET = 16  # characters; it stands in a URL that strangers may try to guess
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def value(name: str, default: str = "") -> str:
    """A variable without the spaces around it, or `default` where it is empty or missing."""
    return os.environ.get(name, "").strip() or default


def any_of(*names: str) -> bool:
    """Whether at least one of the variables is set, which switches a provider on."""
    return any(value(name) for name in names)


def wrong(name: str, what: str, mend: str) -> NoReturn:
    """Raise PluginError about one variable."""
    raise PluginError(PLUGIN, f"{name}: {what}", mend)


def needed(name: str, mend: str) -> str:
    """A variable that must be set; raises PluginError."""
    return value(name) or wrong(name, "it is missing.", mend)


def token(name: str, mend: str) -> str:
    """A credential that goes into a header, so it is visible ASCII without spaces; raises PluginError."""
    found = needed(name, mend)
    if not re.fullmatch(r"[\x21-\x7e]+", found):
        wrong(name, "it holds a space or a sign that no header can carry.", mend)
    return found


def secret(name: str) -> str:
    """A secret for callbacks, long enough not to be guessed, or "" where callbacks are off; raises PluginError."""
    found = value(name)
    if found and not re.fullmatch(rf"[A-Za-z0-9._~-]{{{LEAST_SECRET},}}", found):
        mend = f"Use {LEAST_SECRET} or more letters and digits, for example those of `openssl rand -hex 20`."
        wrong(name, "it is too short, or holds a sign that would change in a URL.", mend)
    return found


def address(name: str, default: str = "") -> str:
    """The address of an API without the slash at its end; raises PluginError where it is none.

    One with a default is on the open internet, so it is spoken to over TLS.
    """
    found = value(name, default)
    mend = f"Write it like {default or 'https://gateway.example/send'}."
    try:
        parts = urlsplit(found)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or re.search(r"\s", found):
        wrong(name, "it is not an address that begins with https:// or http://.", mend)
    if default and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        wrong(name, "it would send the account's credentials unprotected.", "Begin it with https://.")
    if parts.username or parts.password:
        wrong(name, "it holds a user or password, which logs would show.", "Send them in a header instead.")
    return found.rstrip("/")


def callback(provider: str, query: str = "") -> str:
    """Where a provider's reports arrive, or "" while PUBLIC_URL is not one that the world can reach over https."""
    public = value("PUBLIC_URL").rstrip("/")
    if not public.startswith("https://"):
        return ""
    return f"{public}/hooks/{provider}/" + (f"?{query}" if query else "")
