"""Who calls: programs by name and password, people by their session, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.throttling import BaseThrottle

from orchestrator.accounts import recent
from orchestrator.accounts.demanded import password_is_enough
from orchestrator.accounts.throttle import TooManyAttempts, of_calls, take

_MINUTE = timedelta(minutes=1)


class ProgramAuthentication(BasicAuthentication):
    """Name and password of an account made for a program. Not a way round a second factor, and counted like any login."""

    www_authenticate_realm = "journeys"

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[Any, None]:
        """The user; 401 if it is not, 429 after too many attempts, whether the name exists or not."""
        user = recent.recall(userid, password)
        if user is None:
            try:
                user = authenticate(request=request, username=userid, password=password)
            except TooManyAttempts as error:
                raise Throttled(wait=error.wait.total_seconds(), detail="Too many attempts.") from None
            if user is None:
                raise AuthenticationFailed("Invalid username/password.")
            recent.remember(userid, password, user)
        if not password_is_enough(user):
            raise AuthenticationFailed(
                "This account has or needs a second factor, which Basic auth cannot show. Give programs accounts of their own,"
                " which are not staff."
            )
        return user, None


class StudioSession(SessionAuthentication):
    """Somebody signed in to the studio. One whose session lacks the second factor that is demanded is nobody here."""


class CallsOfAnAccount(BaseThrottle):
    """At most API_PER_MINUTE calls of one account in a minute, over all processes. Its price: a row written at each call."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this one is among them; nobody's calls are refused by their rights instead."""
        if not request.user or not request.user.is_authenticated:
            return True
        try:
            take([of_calls(request.user.pk, settings.API_PER_MINUTE, _MINUTE)], timezone.now())
        except TooManyAttempts as error:
            self._wait = error.wait.total_seconds()
            return False
        return True

    def wait(self) -> float:
        """Seconds, as Retry-After says them."""
        return self._wait
