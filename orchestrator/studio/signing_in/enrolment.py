"""The page on which a second factor is set up: a QR code, the same as text, a first code; then ten recovery codes."""

from __future__ import annotations

import segno
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from orchestrator.accounts import demanded, factors
from orchestrator.accounts.digests import Unreadable, seal, unseal
from orchestrator.accounts.sources import of_code
from orchestrator.accounts.throttle import TooManyAttempts, succeeded, take
from orchestrator.studio.signing_in.arriving import let_in, mark, then_of, who
from orchestrator.studio.signing_in.forms import WRONG_CODE, NewCodeForm, too_many
from orchestrator.workspace.models import Workspace

_KEY = "setting_up"  # in the session, sealed: a secret that nobody has confirmed is nobody's yet
MAY = "may_set_up"  # in the session: the password was asked for once more


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """For whoever is arriving and must have one, and for whoever has just given the password once more."""
    user = who(request) or _asked_again(request)
    if user is None:
        return redirect("admin:account" if request.user.is_authenticated else "admin:login")
    if demanded.factor_of(user) is not None:
        return redirect("admin:account" if request.user.is_authenticated else "admin:code")
    secret = _secret(request)
    form = NewCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = _confirm(request, user, secret, form.cleaned_data["code"])
            return _done(request, user, codes)
        except ValidationError as error:
            form.add_error(None, error)
    return _page(request, user, secret, form)


def _asked_again(request: HttpRequest) -> User | None:
    """Somebody signed in who has just said once more who they are."""
    signed_in = request.user.is_authenticated and request.session.get(MAY)
    return User.objects.get(pk=int(request.user.pk or 0)) if signed_in else None


def _secret(request: HttpRequest) -> bytes:
    """The same until it is confirmed: whoever reads the page again need not begin anew."""
    try:
        return unseal(request.session[_KEY])
    except (KeyError, Unreadable):
        secret = factors.new_secret()
        request.session[_KEY] = seal(secret)
        return secret


def _confirm(request: HttpRequest, user: User, secret: bytes, code: str) -> list[str]:
    now, counted = timezone.now(), of_code(request, user.pk, user.get_username())
    try:
        take(counted, now)
    except TooManyAttempts as error:
        raise too_many(error) from None
    codes = factors.set_up(user, secret, "".join(code.split()), now)
    if codes is None:
        raise ValidationError(WRONG_CODE, code="wrong")
    succeeded(counted)
    return codes


def _done(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    """In, and the recovery codes: in this answer, and in no other."""
    then, factor = then_of(request), demanded.factor_of(user)
    if request.user.is_authenticated:
        mark(request, factor)
        answer = None
    else:
        answer = let_in(request, user, factor, then)
    for name in (_KEY, MAY):
        request.session.pop(name, None)
    return show_codes(request, codes, then, answer)


def show_codes(
    request: HttpRequest, codes: list[str], then: str, also: HttpResponse | None = None
) -> HttpResponse:
    """Ten codes, once."""
    context = {
        **admin.site.each_context(request),
        "title": _("Your recovery codes"),
        "codes": codes,
        "then": then,
    }
    page = TemplateResponse(request, "studio/signing_in/recovery_codes.html", context)
    if also is not None:
        page.cookies.update(also.cookies)
    return page


def _page(request: HttpRequest, user: User, secret: bytes, form: NewCodeForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Set up a second factor"),
        "form": form,
        "whose": user,
        "qr": _qr(factors.uri(secret, Workspace.get().name, user.get_username())),
        "secret": factors.spelled(secret),
        "must": not request.user.is_authenticated,
    }
    return TemplateResponse(request, "studio/signing_in/set_up.html", context)


def _qr(text: str) -> SafeString:
    """A picture within the page: no other server learns the secret, and no style stands in it."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", title=_("QR code"), lineclass=None)
    return mark_safe(drawn)
