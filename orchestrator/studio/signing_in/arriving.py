"""Somebody between the password and the studio: known by name, let in nowhere.

Until the second factor is shown the session holds who they are and nothing else: Django's own login comes last, so
that no page has to know about the time between.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import django_otp
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from orchestrator.accounts import demanded, remembered, sources
from orchestrator.accounts.models import Factor

BACKEND = "orchestrator.accounts.backend.ThrottledBackend"
FIRST = "admin:index"
_KEY, _LASTS = "arriving", timedelta(minutes=20)


def safe(request: HttpRequest, wanted: str) -> str:
    """Where to go then: a page of this site, else the first one."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and ours else resolve_url(FIRST)


def arrive(request: HttpRequest, user: User, then: str, now: datetime) -> HttpResponse:
    """After the password, or the issuer's word: in, or on to the code, or to setting one up."""
    factor = demanded.factor_of(user)
    vouched = demanded.is_vouched(request, user)
    if vouched or (factor is None and not demanded.demanded(user)):
        return let_in(request, user, None, then)
    if factor is not None and remembered.is_remembered(request, user, factor):
        return let_in(request, user, factor, then)
    request.session.cycle_key()
    request.session[_KEY] = {
        "user": user.pk, "hash": user.get_session_auth_hash(), "at": now.isoformat(), "then": then,
    }  # fmt: skip
    return redirect("admin:factor_set_up" if factor is None else "admin:code")


def who(request: HttpRequest) -> User | None:
    """Who is arriving; or who is signed in and has not shown what the settings have demanded since."""
    told = request.session.get(_KEY)
    if isinstance(told, dict) and datetime.now(UTC) - datetime.fromisoformat(told["at"]) <= _LASTS:
        user = User.objects.filter(pk=told["user"], is_active=True, is_staff=True).first()
        if user is not None and constant_time_compare(told["hash"], user.get_session_auth_hash()):
            return user
    # The middleware looks at the session when the user is asked for.
    return None if request.user.is_authenticated else getattr(request, "unproven", None)


def then_of(request: HttpRequest) -> str:
    """Where they wanted to go."""
    told = request.session.get(_KEY)
    return safe(request, told["then"] if isinstance(told, dict) else request.GET.get("next", ""))


def let_in(
    request: HttpRequest, user: User, factor: Factor | None, then: str, remember: bool = False
) -> HttpResponse:
    """Signed in, with a new session; what was shown is written into it, and the device is known from now on."""
    kept = {
        name: request.session[name] for name in (demanded.VOUCHED, "issuer_end") if name in request.session
    }
    login(request, user, BACKEND)
    request.session.pop(_KEY, None)
    request.session.update(kept)
    if factor is not None:
        django_otp.login(request, factor)
    answer = HttpResponseRedirect(safe(request, then))
    sources.know(request, answer, user.get_username())
    if remember and factor is not None:
        remembered.remember(answer, user, factor)
    return answer


def mark(request: HttpRequest, factor: Any) -> None:
    """This session has shown it."""
    django_otp.login(request, factor)
