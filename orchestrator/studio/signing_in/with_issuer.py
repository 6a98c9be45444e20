"""Signing in with the company's own accounts (OpenID Connect)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from orchestrator.accounts import demanded, issuer
from orchestrator.accounts.joining import user_of
from orchestrator.domain.sign_in import second_factor_used
from orchestrator.studio.signing_in.arriving import arrive, safe

log = logging.getLogger(__name__)
_THEN, END = "issuer_then", "issuer_end"


@require_GET
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """To the issuer, by a link: a form would be held back by the pages' policy wherever the issuer leads on to others."""
    _there_is_one()
    request.session[_THEN] = safe(request, request.GET.get("next", ""))
    try:
        return issuer.begin(request, settings.PUBLIC_URL + reverse("admin:oidc_back"))
    except issuer.IssuerError as error:
        return _refused(request, error)


@require_GET
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """From the issuer: in with what it says, or a page that says it did not work, and nothing has happened."""
    _there_is_one()
    now = timezone.now()
    try:
        claims, end = issuer.finish(request)
        user = user_of(claims, now)
    except issuer.IssuerError as error:
        return _refused(request, error)
    then = request.session.pop(_THEN, "")
    request.session[END] = end
    request.session[demanded.VOUCHED] = user.pk if _vouched(claims.get("amr")) else None
    return arrive(request, user, then, now)


def end_of(request: HttpRequest) -> str:
    """Where the issuer ends the session that it began, else nothing (OpenID Connect RP-Initiated Logout)."""
    end = request.session.get(END) if settings.OIDC else None
    if not end:
        return ""
    asked = {
        "client_id": settings.OIDC["client_id"],
        "post_logout_redirect_uri": settings.PUBLIC_URL + reverse("admin:login"),
    }
    return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"


def _vouched(amr: object) -> bool:
    """Whether ours is not asked for: as the setting says."""
    wanted = settings.OIDC["second_factor"]
    return wanted == "issuer" or (wanted == "amr" and second_factor_used(amr))


def _there_is_one() -> None:
    if settings.OIDC is None:
        raise Http404


def _refused(request: HttpRequest, error: issuer.IssuerError) -> HttpResponse:
    """The reason in words where it is a person's to mend; what an attacker would learn from stands in the log alone."""
    log.warning("signing in with the issuer was refused: %s", error.code or "refused")
    words = {
        "no_role": _("Your account has no role here. Ask whoever gives roles in your company for one."),
        "inactive": _("Your account here is switched off. Ask an administrator."),
        "unreachable": _("The page of your company's accounts does not answer. Try again in a minute."),
        "access_denied": _("You did not agree there, or may not use this."),
    }
    told = words.get(error.code, _("Signing in did not work. Begin anew."))
    context = {**admin.site.each_context(request), "title": _("You are not signed in"), "told": told}
    status = 503 if error.code == "unreachable" else 403
    return TemplateResponse(request, "studio/signing_in/refused.html", context, status=status)
