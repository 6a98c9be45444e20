"""The way in when all others are shut: a link that an operator makes at the command line (`manage.py signin let_in`)."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from orchestrator.studio.signing_in.arriving import arrive


@never_cache
def let_in(request: HttpRequest, user: str, token: str) -> HttpResponse:
    """A page with a button, since programs that look at links must not use it up. A second factor is asked for as ever."""
    found = _whose(user)
    good = found is not None and default_token_generator.check_token(found, token)
    if good and found is not None and request.method == "POST":
        return arrive(request, found, "", timezone.now())
    told = "" if good else _("This link is no longer good. A new one is made at the command line.")
    context = {
        **admin.site.each_context(request),
        "title": _("A way in"),
        "told": told,
        "whose": found if good else None,
    }
    page = TemplateResponse(request, "studio/signing_in/let_in.html", context, status=200 if good else 403)
    page["Referrer-Policy"] = "no-referrer"
    return page


def _whose(written: str) -> User | None:
    try:
        number = int(force_str(urlsafe_base64_decode(written)))
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    return User.objects.filter(pk=number, is_active=True, is_staff=True).first() if number < 2**31 else None
