"""Who may come in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from orchestrator.accounts import factors
from orchestrator.accounts.demanded import factor_of
from orchestrator.studio.admin.noted import NotedAdmin
from orchestrator.studio.may import demand
from orchestrator.workspace.audit import Action

# Django's own pages for the two are replaced by ones that look like the rest.
admin.site.unregister(User)
admin.site.unregister(Group)


RIGHTS = frozenset({"groups", "user_permissions", "permissions", "is_active", "is_staff", "is_superuser"})


class _Accounts(NotedAdmin):
    """What changes somebody's rights is called so."""

    list_fullwidth = True

    def get_actions(self, request: HttpRequest) -> Any:
        """None: each deletion is one's own deed."""
        return {}

    def deed(self, changed: Any) -> Action:
        """Rights, or something else."""
        return Action.ROLE_CHANGED if RIGHTS & set(changed) else Action.CHANGED


@admin.register(User)
class UserAdmin(_Accounts, DjangoUserAdmin):
    """People who may sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    change_form_template = "studio/signing_in/user.html"

    def get_urls(self) -> list[URLPattern]:
        """A button beside Django's pages: for somebody who has lost the phone and the recovery codes."""
        view = self.admin_site.admin_view(require_POST(self.reset_factor))
        own = path("<int:pk>/second-factor/", view, name="auth_user_factor_reset")
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **also: Any
    ) -> HttpResponse:
        """With what the button needs to know."""
        user = also.get("obj")
        context["has_factor"] = user is not None and factor_of(user) is not None
        return super().render_change_form(request, context, *given, **also)

    def reset_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the second factor away, for whoever may change users; it stands in the user's history."""
        demand(request.user, "auth.change_user")
        user = User.objects.filter(pk=pk).first()
        if user is not None and factors.take_away(user, request.user, Action.FACTOR_RESET):
            self.log_only(request, user, [{"changed": {"fields": ["second factor"]}}])
            messages.success(
                request, gettext("The second factor is taken away. Tell them, by a way you trust.")
            )
        return redirect("admin:auth_user_change", pk)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Somebody else's password."""
        return super().user_change_password(request, id, form_url)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """A new password is none of the form's changed fields."""
        told = super().construct_change_message(request, form, formsets, add)
        if isinstance(form, AdminPasswordChangeForm):
            request.changes = {"password": None}  # type: ignore[attr-defined]
        return told


@admin.register(Group)
class GroupAdmin(_Accounts, DjangoGroupAdmin):
    """Rights that several people share."""
