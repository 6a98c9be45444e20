"""Who calls: programs by key, or by name and password; people by their session; and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone
from rest_framework.authentication import (
    BaseAuthentication,
    BasicAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.throttling import BaseThrottle

from orchestrator.accounts import recent
from orchestrator.accounts.demanded import password_is_enough
from orchestrator.accounts.keys import KeyRefused, find, used
from orchestrator.accounts.programs import Program
from orchestrator.accounts.throttle import Counted, TooManyAttempts, of_calls, of_key, take

_MINUTE = timedelta(minutes=1)
_REFUSED = {
    "unknown": "There is no such key.",
    "expired": "This key has expired; make another, or rotate before it ends.",
    "revoked": "This key was revoked.",
}


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


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer jk_…`: a key made in the studio, with the rights of its scopes.

    Wrong keys are not counted as wrong passwords are: 256 random bits are not guessed at.
    """

    def authenticate(self, request: Any) -> tuple[Program, None] | None:
        """The program; 401 with a code that says whether the key is unknown, expired or revoked."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        now = timezone.now()
        try:
            key = find(words[1].decode("latin-1") if len(words) == 2 else "", now)
        except KeyRefused as error:
            raise AuthenticationFailed(_REFUSED[str(error)], f"key_{error}") from None
        used(key, now)
        return Program(key), None

    def authenticate_header(self, request: Any) -> str:
        """What a caller without a key is told to show."""
        return 'Bearer realm="journeys"'


class StudioSession(SessionAuthentication):
    """Somebody signed in to the studio. One whose session lacks the second factor that is demanded is nobody here."""


WAYS = (ProgramAuthentication, KeyAuthentication, StudioSession)


class CallsOfAnAccount(BaseThrottle):
    """At most API_PER_MINUTE calls of an account in a minute, and of a key what it was made for; over all processes.

    Its price: a row written at each call.
    """

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this one is among them; nobody's calls are refused by their rights instead."""
        if not request.user or not request.user.is_authenticated:
            return True
        try:
            take([_counted(request.user)], timezone.now())
        except TooManyAttempts as error:
            self._wait = error.wait.total_seconds()
            return False
        return True

    def wait(self) -> float:
        """Seconds, as Retry-After says them."""
        return self._wait


def _counted(user: Any) -> Counted:
    if isinstance(user, Program):
        return of_key(user.key.pk, user.key.per_minute, _MINUTE)
    return of_calls(user.pk, settings.API_PER_MINUTE, _MINUTE)
