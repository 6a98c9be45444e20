"""How the site is reached: what follows for cookies and headers from a `PUBLIC_URL` that begins with https."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

YEAR = 365 * 24 * 3600
# How far the promise "only by https, for a year" reaches, and which of Django's warnings that decision answers:
# W005 and W021 ask for names beside this one, which are the owner's to give and are hard to take back.
HSTS = {"host": ["security.W005", "security.W021"], "subdomains": ["security.W021"], "preload": []}
KEY_LENGTH, KEY_LETTERS = 50, 5  # as Django's own check asks


def https_settings(public_url: str, hsts: str, proxies: str) -> dict[str, Any]:
    """Django's settings for this address: over https, nothing that signs somebody in ever leaves in the clear.

    Its price: such a site answers plain http only with a way to https, but for `/healthz`, which a load balancer asks.
    A proxy ends TLS before the web, so one is believed unless `TRUSTED_PROXIES` says otherwise; over plain http none.
    """
    secure = urlsplit(public_url).scheme == "https"
    reach = hsts.strip() or "host"
    if reach not in HSTS:
        raise ImproperlyConfigured(f"HSTS must be one of {', '.join(HSTS)}, not {reach!r}")
    settings: dict[str, Any] = {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")
        if trusted_proxies(public_url, proxies)
        else None
    }
    if not secure:
        return settings
    return settings | {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_REDIRECT_EXEMPT": [r"^healthz$"],
        "SECURE_HSTS_SECONDS": YEAR,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": reach != "host",
        "SECURE_HSTS_PRELOAD": reach == "preload",
        "SILENCED_SYSTEM_CHECKS": HSTS[reach],
        # A cookie of this name is taken from this host alone, never from a neighbour under the same domain.
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
    }


def trusted_origins(public_url: str, listed: list[str]) -> list[str]:
    """The origins whose forms are taken: those listed, and that of a secure `PUBLIC_URL`."""
    parts = urlsplit(public_url)
    own = f"{parts.scheme}://{parts.netloc}"
    return listed if parts.scheme != "https" or own in listed else [*listed, own]


def seconds_signed_in(hours: str) -> int:
    """How long a login lasts; without a wish, a working day."""
    return _whole("SESSION_HOURS", hours or "12", least=1) * 3600


def refuse_weak_key(key: str, public_url: str) -> None:
    """Do not start on the open internet with a key that can be guessed: whoever has it signs in as anybody."""
    if urlsplit(public_url).scheme != "https":
        return
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_LETTERS or key.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"SECRET_KEY is too easy to guess for a site whose PUBLIC_URL is https: it needs at least {KEY_LENGTH} random"
            f" characters and has {len(key)}. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'."
            " Links in messages that the old key signed stop working; docs/links.md says which those are."
        )


def trusted_proxies(public_url: str, written: str) -> int:
    """How many proxies of one's own stand before the web: what the outermost says of who asks is believed."""
    return _whole("TRUSTED_PROXIES", written or str(int(urlsplit(public_url).scheme == "https")), least=0)


def _whole(name: str, written: str, least: int) -> int:
    try:
        number = int(written)
    except ValueError:
        number = least - 1
    if number < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} up, not {written!r}")
    return number
