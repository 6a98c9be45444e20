"""One's own account: the second factor, the devices that are remembered, and an end to all other sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import SESSION_KEY, authenticate, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from orchestrator.accounts import demanded, factors
from orchestrator.accounts.backend import closed_to
from orchestrator.accounts.models import IssuerLink
from orchestrator.accounts.throttle import TooManyAttempts
from orchestrator.studio.signing_in.codes import check
from orchestrator.studio.signing_in.enrolment import MAY, show_codes
from orchestrator.studio.signing_in.forms import CodeForm, PasswordForm, too_many
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.roles import ROLES


def account(request: HttpRequest) -> HttpResponse:
    """What is set, and buttons; each asks who it is once more."""
    user = User.objects.get(pk=int(request.user.pk or 0))
    failed = ""
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        try:
            password = _who_is_it(request, user)
            if act is not None:
                return act(request, user, password)
        except ValidationError as error:
            failed = " ".join(error.messages)
    return _page(request, user, failed)


def _who_is_it(request: HttpRequest, user: User) -> str:
    """The password, where the account has one that signs in; else a code, where there is a factor; else nothing."""
    if _asks_password(user):
        written = request.POST.get("password", "")
        try:
            found = authenticate(request, username=user.get_username(), password=written[:4096])
        except TooManyAttempts as error:
            raise too_many(error) from None
        if found is None or found.pk != user.pk:
            raise ValidationError(_("This is not your password."))
        return written
    if demanded.factor_of(user) is not None:
        check(request, user, request.POST.get("code", "")[:40], timezone.now())
    return ""


def _asks_password(user: User) -> bool:
    return user.has_usable_password() and not closed_to(user)


def _begin(request: HttpRequest, user: User, password: str) -> HttpResponse:
    request.session[MAY] = True
    return redirect("admin:factor_set_up")


def _remove(request: HttpRequest, user: User, password: str) -> HttpResponse:
    if factors.take_away(user, user):
        messages.success(request, _("The second factor is removed."))
    return redirect("admin:account")


def _codes(request: HttpRequest, user: User, password: str) -> HttpResponse:
    if demanded.factor_of(user) is None:
        return redirect("admin:account")
    return show_codes(request, factors.new_codes(user, timezone.now()), request.path)


@transaction.atomic
def _forget(request: HttpRequest, user: User, password: str) -> HttpResponse:
    factors.forget_devices(user)
    note(Action.CHANGED, user, user, remembered_devices=None)
    messages.success(request, _("No device is remembered: each is asked for a code."))
    return redirect("admin:account")


@transaction.atomic
def _everywhere(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """The same password with a new salt: every other session was bound to the old hash, and ends."""
    if _asks_password(user):
        user.set_password(password)
    elif not user.has_usable_password():
        user.set_unusable_password()  # a new one of those: sessions are bound to it as well
    else:
        _end_sessions(user)  # a password that is switched off, and stays as it is
    user.save(update_fields=["password"])
    factors.forget_devices(user)
    note(Action.CHANGED, user, user, sessions=None)
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("admin:account")


def _end_sessions(user: User) -> None:
    """Each session is opened to see whose it is; only staff have any."""
    for one in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if one.get_decoded().get(SESSION_KEY) == str(user.pk):
            one.delete()


_ACTS: dict[str, Callable[[HttpRequest, User, str], HttpResponse]] = {
    "set_up": _begin, "remove": _remove, "codes": _codes, "forget": _forget, "everywhere": _everywhere,
}  # fmt: skip


def _page(request: HttpRequest, user: User, failed: str) -> HttpResponse:
    asks_password = _asks_password(user)
    factor = demanded.factor_of(user)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Your account"),
        "whose": user,
        "roles": [ROLES[name].title for name in user.groups.values_list("name", flat=True) if name in ROLES],
        "factor": factor,
        "codes_left": factors.codes_left(user),
        "must": demanded.demanded(user),
        "links": IssuerLink.objects.filter(user=user).order_by("pk"),
        "asks_password": asks_password,
        "asks_code": not asks_password and factor is not None,
        "failed": failed,
        "password_form": PasswordForm(request=request),
        "code_form": CodeForm(),
    }
    return TemplateResponse(request, "studio/signing_in/account.html", context)
