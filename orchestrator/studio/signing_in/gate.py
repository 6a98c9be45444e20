"""Nobody gets past the second factor: a session that has not shown what the settings demand is nobody's.

For every view, the API's too, such a user is not signed in; there is no list of pages to forget one in. Pages of the
studio lead on to where the factor is shown or set up. Its price: one query more for each page of somebody signed in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from orchestrator.accounts.demanded import enough, factor_of

OPEN = {"login", "logout", "code", "factor_set_up", "oidc", "oidc_back", "let_in", "jsi18n"}


class SecondFactor:
    """Middleware, after django-otp's, which knows what a session has shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(partial(_proven, request, request.user))  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Lead on to the factor, where a page of the studio was asked for."""
        match = request.resolver_match
        if match is None or match.app_name != "admin" or match.url_name in OPEN:
            return None
        if request.user.is_authenticated or (user := getattr(request, "unproven", None)) is None:
            return None
        page = "admin:code" if factor_of(user) else "admin:factor_set_up"
        answer = redirect(page)
        answer["Location"] += "?" + urlencode({"next": request.get_full_path()})
        return answer


def _proven(request: HttpRequest, user: Any) -> Any:
    """The user of the session; nobody, where too little was shown: then `request.unproven` is who it would be."""
    if enough(request, user):
        return user
    request.unproven = user._wrapped if isinstance(user, SimpleLazyObject) else user  # type: ignore[attr-defined]
    return AnonymousUser()
