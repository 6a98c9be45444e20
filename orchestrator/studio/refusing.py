"""The page that says no: what it would take, and who can."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from orchestrator.studio.may import NotAllowed
from orchestrator.workspace import roles

_NAMED = 3
_ACTS = {"changelist": "view", "change": "view", "history": "view", "add": "add", "delete": "delete"}


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, in words. Programs and people without an account get no names."""
    rights = list(_rights(request, exception))
    known = request.user.is_authenticated and request.user.is_staff
    context = admin.site.each_context(request) | {
        "title": _("Your account may not do this"),
        "holding": ", ".join(roles.holding(*rights)) if rights else "",
        "givers": _givers() if known else "",
    }
    return TemplateResponse(request, "studio/forbidden.html", context, status=403).render()


def _rights(request: HttpRequest, exception: Exception | None) -> Iterator[str]:
    """What it would have taken: as the refusal says, else by the page's name."""
    if isinstance(exception, NotAllowed):
        yield from exception.rights
        return
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    owners = [model for model in admin.site._registry if name.startswith(f"{_prefix(model)}_")]
    if owners:
        model = max(owners, key=lambda one: len(_prefix(one)))
        act = _ACTS.get(name.removeprefix(f"{_prefix(model)}_"), "change")
        act = "change" if act == "view" and request.method == "POST" else act
        yield f"{model._meta.app_label}.{act}_{model._meta.model_name}"


def _prefix(model: type) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]


def _givers() -> str:
    """Who can give a role, by name."""
    backend = "django.contrib.auth.backends.ModelBackend"
    found = User.objects.with_perm("auth.change_user", backend=backend).order_by("pk")[:_NAMED]
    return ", ".join(one.get_full_name() or one.get_username() for one in found)
