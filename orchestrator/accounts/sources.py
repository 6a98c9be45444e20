"""Where an attempt comes from: its address, and whether its device has signed in by this name before."""

from __future__ import annotations

import ipaddress
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from orchestrator.accounts.digests import digest, name_digest
from orchestrator.accounts.throttle import Counted, of_account, of_address, of_codes, of_device

COOKIE, _SALT, _DAYS = "known_device", "orchestrator.accounts.device", 180


def address_of(request: HttpRequest) -> str:
    """Who is at the other end: of TRUSTED_PROXIES, the one that the outermost of them has seen.

    What a client writes into X-Forwarded-For itself stands before that, and is not read. Of IPv6, the network of 64
    bits: whoever has one address of it has them all.
    """
    proxies = settings.TRUSTED_PROXIES
    passed = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    written = (
        passed[-proxies] if 0 < proxies <= len(passed) else str(request.META.get("REMOTE_ADDR") or "none")
    )
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return written[:100]
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def of_password(request: HttpRequest | None, name: str) -> list[Counted]:
    """What an attempt at a password is counted of. A known device is counted apart from its account and its address:
    so nobody is locked out by those who do not know the password.
    """
    known = name_digest(name)
    if request is None:
        return [of_account(known)]
    if device := known_device(request, known):
        return [of_device(device, known)]
    return [of_address(address_of(request)), of_account(known)]


def of_code(request: HttpRequest, user_id: int, name: str) -> list[Counted]:
    """What an attempt at a code is counted of: whoever gets so far knows the password."""
    device = known_device(request, name_digest(name))
    return [of_codes(f"{user_id} {device}")]


def known_device(request: HttpRequest, name: str) -> str:
    """The device's own id, if it has signed in by the name of this digest; else nothing."""
    try:
        told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_DAYS * 86_400)
        return str(told["device"]) if told["name"] == _short(name) else ""
    except (signing.BadSignature, KeyError, TypeError):
        return ""


def know(request: HttpRequest, answer: HttpResponseBase, name: str) -> None:
    """Have this device known by this name from now on, for half a year."""
    known = name_digest(name)
    device = known_device(request, known) or secrets.token_urlsafe(9)
    value = signing.dumps({"device": device, "name": _short(known)}, salt=_SALT)
    keep(answer, COOKIE, value, _DAYS)


def keep(answer: HttpResponseBase, name: str, value: str, days: int) -> None:
    """A cookie that only signing in reads: no script does, no other site sends it, and over https it never leaves in clear."""
    answer.set_cookie(
        name, value, max_age=days * 86_400, path="/admin/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _short(name: str) -> str:
    return digest("device name", name)[:32]
