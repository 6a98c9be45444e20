"""The page that asks for the second factor."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from orchestrator.accounts import factors
from orchestrator.accounts.sources import of_code
from orchestrator.accounts.throttle import TooManyAttempts, succeeded, take
from orchestrator.studio.signing_in.arriving import let_in, then_of, who
from orchestrator.studio.signing_in.forms import WRONG_CODE, CodeForm, too_many


@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    """Only for somebody whose password was right."""
    user = who(request)
    if user is None:
        return redirect("admin:login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            shown = check(request, user, form.cleaned_data["code"], timezone.now())
            return _in(request, user, shown, form.cleaned_data["remember"])
        except ValidationError as error:
            form.add_error(None, error)
    context = {**admin.site.each_context(request), "title": _("Your code"), "form": form, "whose": user}
    return TemplateResponse(request, "studio/signing_in/code.html", context)


def check(request: HttpRequest, user: User, code: str, now: datetime) -> factors.Shown:
    """What was shown, or a ValidationError that says what is wrong. Counted like passwords are."""
    counted = of_code(request, user.pk, user.get_username())
    try:
        take(counted, now)
    except TooManyAttempts as error:
        raise too_many(error) from None
    shown = factors.show(user, code, now)
    if shown is None:
        raise ValidationError(WRONG_CODE, code="wrong")
    succeeded(counted)
    return shown


def _in(request: HttpRequest, user: User, shown: factors.Shown, remember: bool) -> HttpResponse:
    answer = let_in(request, user, shown.factor, then_of(request), remember)
    if shown.recovered:
        left = factors.codes_left(user)
        told = ngettext(
            "A recovery code was used; %(left)s is left. Have you a new phone? Set it up under “Your account”.",
            "A recovery code was used; %(left)s are left. Have you a new phone? Set it up under “Your account”.",
            left,
        )
        messages.warning(request, told % {"left": left})
    return answer
