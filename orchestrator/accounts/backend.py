"""The one door for passwords: the studio's page, the API's Basic auth, and whatever else asks Django."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from orchestrator.accounts.sources import of_password
from orchestrator.accounts.throttle import succeeded, take


class ThrottledBackend(ModelBackend):
    """Django's own, and before it a count. May raise TooManyAttempts, which goes through Django's `authenticate`.

    A name that nobody has costs the same work and gives the same answer as a wrong password: Django hashes in either
    case, and the count knows only what was typed.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **also: Any,
    ) -> Any:
        """The user, or nobody."""
        name = username if username is not None else also.get(User.USERNAME_FIELD)
        if name is None or password is None:
            return None
        counted = of_password(request, name)
        take(counted, timezone.now())
        user = super().authenticate(request, username=name.replace("\0", "\ufffd"), password=password)
        if user is None or closed_to(user):
            return None
        succeeded(counted)
        return user


def closed_to(user: Any) -> bool:
    """Whether passwords are switched off for somebody: with OIDC_ONLY for staff; programs still have theirs."""
    return bool(settings.OIDC_ONLY and user.is_staff)
