"""The page on which somebody changes their own password."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from orchestrator.workspace.audit import Action, note


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """One's own password; that it was changed is noted."""

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        """Keep it."""
        user = super().save(commit)
        note(Action.CHANGED, user, user, password=None)
        return user


def change(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """Django's page, with our form in it: its site has no attribute that would say so."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse_lazy("admin:password_change_done"),
        template_name=admin.site.password_change_template or "registration/password_change_form.html",
        extra_context={**admin.site.each_context(request), **(extra_context or {})},
    )
    return view(request)
