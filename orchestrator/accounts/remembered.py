"""Devices that are not asked for a code for 30 days."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from orchestrator.accounts.digests import digest
from orchestrator.accounts.models import Factor
from orchestrator.accounts.sources import keep

COOKIE, _SALT, DAYS = "remembered_device", "orchestrator.accounts.remembered", 30


def remember(answer: HttpResponseBase, user: Any, factor: Factor) -> None:
    """Ask this device for no code until then: for this user, this factor and this password, and no longer than those stand."""
    keep(answer, COOKIE, signing.dumps(_bound(user, factor), salt=_SALT), DAYS)


def is_remembered(request: HttpRequest, user: Any, factor: Factor) -> bool:
    """Whether this device is."""
    try:
        told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return False
    return bool(told == _bound(user, factor))


def _bound(user: Any, factor: Factor) -> str:
    """Changes with the user, the factor, "forget all devices", the password, and "sign out everywhere"."""
    return digest("remembered", str(user.pk), str(factor.pk), str(factor.trust), user.password)
