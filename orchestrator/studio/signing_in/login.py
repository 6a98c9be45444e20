"""The page for name and password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from orchestrator.studio.signing_in.arriving import FIRST, arrive
from orchestrator.studio.signing_in.forms import SignInForm


class SignIn(LoginView):
    """Django's view; instead of letting somebody in it asks what else they have to show."""

    authentication_form = SignInForm
    template_name = "studio/signing_in/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right."""
        return arrive(self.request, form.get_user(), self.get_redirect_url(), timezone.now())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where passwords are switched off, none is looked at."""
        if settings.OIDC_ONLY:
            return redirect("admin:login")
        return super().post(request, *args, **kwargs)


@never_cache
def sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """Who is signed in already goes to the first page."""
    if request.method == "GET" and admin.site.has_permission(request):
        return redirect(FIRST)
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    context = {
        **admin.site.each_context(request),
        "title": _("Log in"),
        "subtitle": None,
        "app_path": request.get_full_path(),
        "username": request.user.get_username(),
        "oidc": settings.OIDC is not None,
        "passwords": not settings.OIDC_ONLY,
        "next": request.GET.get(REDIRECT_FIELD_NAME, ""),
        **(extra_context or {}),
    }
    if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
        context[REDIRECT_FIELD_NAME] = ""
    return SignIn.as_view(extra_context=context)(request)
