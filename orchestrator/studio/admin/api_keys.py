"""Keys of the API: made, rotated and revoked here, and shown once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from orchestrator.accounts import keys
from orchestrator.accounts.models import ApiKey, CallAnswer
from orchestrator.accounts.scopes import RIGHTS, TITLES, beyond
from orchestrator.studio import checks
from orchestrator.studio.admin.base import History, StudioAdmin
from orchestrator.studio.links import linked, url_of

OVERLAPS = {"0": _("none: now"), "1": _("1 hour"), "24": _("1 day"), "168": _("7 days")}  # hours
_STATES = {"live": _("in use"), "expired": _("has expired"), "revoked": _("was revoked")}


class ApiKeyForm(forms.ModelForm):
    """What a key may do, how often, and until when."""

    scopes = forms.MultipleChoiceField(
        label=capfirst(_("scopes")),
        choices=lambda: [(name, f"{name}: {TITLES[name]}") for name in RIGHTS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    by: Any = None

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "per_minute", "expires_at")

    def clean_name(self) -> str:
        """One line: it stands in lists and in the audit log."""
        return checks.one_line(self.cleaned_data["name"])

    def clean_scopes(self) -> list[str]:
        """None that its maker has not: a key is not a way round one's own rights."""
        chosen: list[str] = self.cleaned_data["scopes"]
        if much := beyond(self.by, chosen):
            raise ValidationError(
                _("You may not do this yourself, so no key of yours may: %(scopes)s."),
                params={"scopes": ", ".join(much)},
            )
        return chosen

    def clean_per_minute(self) -> int:
        """One call at least, and what a database can bear."""
        written: int = self.cleaned_data["per_minute"]
        if not 1 <= written <= keys.MOST_PER_MINUTE:
            told = {"most": keys.MOST_PER_MINUTE}
            raise ValidationError(_("Write a number from 1 to %(most)s."), params=told)
        return written

    def clean_expires_at(self) -> Any:
        """In the future, or never."""
        written = self.cleaned_data["expires_at"]
        if written is not None and written <= timezone.now():
            raise ValidationError(_("This is over already: leave it empty, or write a later moment."))
        return written


@admin.register(ApiKey)
class ApiKeyAdmin(StudioAdmin):
    """Which programs may use the API, and for what. A key is never changed: another is made in its place."""

    form = ApiKeyForm
    change_form_template = "studio/keys/key.html"
    list_display = ("name", "mark", "state_shown", "last_used_at", "expires_at")
    search_fields = ("name", "prefix")
    ordering = ("-id",)
    fields = ("name", "scopes", "per_minute", "expires_at")

    def get_urls(self) -> list[URLPattern]:
        """The two buttons, beside what every page has."""
        buttons = (("rotate", self.rotate_view), ("revoke", self.revoke_view))
        own = [
            path(f"<int:pk>/{act}/", self.admin_site.admin_view(require_POST(view)), name=f"accounts_apikey_{act}")
            for act, view in buttons
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The form's for a new one; of one that is there, all that is known."""
        if obj is None:
            return self.fields
        return (
            "name", "mark", "state_said", "scopes_said", "per_minute", "made_by", "made_at", "last_used_at",
            "expires_at", "revoked_at", "replaced_by",
        )  # fmt: skip

    readonly_fields = (
        "mark",
        "state_said",
        "scopes_said",
        "made_by",
        "made_at",
        "last_used_at",
        "replaced_by",
    )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never by a form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what it did stands in the audit log under it."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **also: Any
    ) -> Any:
        """The form, which asks what its writer may do."""
        form = super().get_form(request, obj, change, **also)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make it; its secret waits for the answer."""
        made, secret = keys.make(
            obj.name, obj.scopes, obj.per_minute, obj.expires_at, request.user, timezone.now()
        )
        obj.pk = made.pk
        obj.prefix = made.prefix
        request.secret = secret  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """In Django's log alone: making a key notes itself."""
        return super(ModelAdmin, self).log_addition(request, obj, message)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        """The secret, once."""
        return self._show(request, obj, request.secret)  # type: ignore[attr-defined]

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button "Rotate": a new key, and for how long the old one goes on."""
        key = self._of_mine(request, pk)
        hours = request.POST.get("overlap", "")
        if hours not in OVERLAPS:
            messages.error(request, gettext("Choose for how long the old key goes on."))
            return redirect(url_of("accounts_apikey", pk))
        try:
            new, secret = keys.rotate(key, timedelta(hours=int(hours)), request.user, timezone.now())
        except keys.KeyRefused:
            messages.warning(request, gettext("Nothing changed: this key opens nothing any more."))
            return redirect(url_of("accounts_apikey", pk))
        return self._show(request, new, secret)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button "Revoke": at once."""
        if keys.revoke(self._of_mine(request, pk), request.user, timezone.now()):
            messages.success(request, gettext("It is revoked: whoever shows it is refused from now on."))
        else:
            messages.warning(request, gettext("Nothing changed: it had been revoked before."))
        return redirect(url_of("accounts_apikey", pk))

    def _of_mine(self, request: HttpRequest, pk: int) -> ApiKey:
        if not request.user.has_perm("accounts.change_apikey"):
            raise PermissionDenied
        return get_object_or_404(ApiKey, pk=pk)

    def _show(self, request: HttpRequest, key: ApiKey, secret: str) -> HttpResponse:
        """No cache keeps it, as none keeps any page of the admin; asked for again, the page makes another."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The new key"),
            "key": key,
            "secret": secret,
            "back": url_of("accounts_apikey", key.pk),
            "opts": self.opts,
        }
        return TemplateResponse(request, "studio/keys/secret.html", context)

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The buttons, where they would do something."""
        live = obj is not None and obj.state(timezone.now()) == "live"
        return {
            "may_act": live and request.user.has_perm("accounts.change_apikey"),
            "overlaps": OVERLAPS.items(),
            # Whichever button saves, the secret is shown: one is enough.
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }

    @display(description=_("begins with"))
    def mark(self, obj: ApiKey) -> str:
        return f"{obj.prefix}…"

    @display(description=_("state"), label={"live": "success", "expired": "warning", "revoked": "danger"})
    def state_shown(self, obj: ApiKey) -> tuple[str, str]:
        state = obj.state(timezone.now())
        return state, str(_STATES[state])

    @display(description=_("state"))
    def state_said(self, obj: ApiKey) -> str:
        return self.state_shown(obj)[1]

    @display(description=_("scopes"))
    def scopes_said(self, obj: ApiKey) -> str:
        return ", ".join(obj.scopes)

    @display(description=_("replaced by"))
    def replaced_by(self, obj: ApiKey) -> Any:
        new = obj.successor
        return linked(url_of("accounts_apikey", new.pk), new) if new is not None else "–"


@admin.register(CallAnswer)
class CallAnswerAdmin(History):
    """Which calls were answered lately that may be asked again; never what was said."""

    list_display = ("caller", "operation", "status", "made_at")
    ordering = ("-id",)
    fields = ("caller", "operation", "status", "made_at")
