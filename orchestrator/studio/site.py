"""The studio's site: unfold's, with pages of its own for signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class StudioSite(UnfoldAdminSite):
    """What is registered in `studio/admin/` stands on it."""

    def extra_urls(self) -> list[URLPattern]:
        """The ways in, beside name and password; and everybody's own account."""
        from orchestrator.studio.signing_in import account, codes, enrolment, let_in, with_issuer

        return [
            path("login/code/", codes.asked, name="code"),
            path("login/set-up/", enrolment.set_up, name="factor_set_up"),
            path("login/with/", with_issuer.begin, name="oidc"),
            path("login/back/", with_issuer.back, name="oidc_back"),
            path("login/let-in/<str:user>/<str:token>/", let_in.let_in, name="let_in"),
            path("account/", self.admin_view(account.account), name="account"),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Name and password, or the issuer's button."""
        from orchestrator.studio.signing_in.login import sign_in

        return sign_in(request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """One's own."""
        from orchestrator.studio.signing_in.password import change

        return change(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Out here, and at the issuer where one let them in."""
        from orchestrator.studio.signing_in.with_issuer import end_of

        if end := end_of(request):
            logout(request)
            answer = TemplateResponse(
                request, "studio/signing_in/out.html", self.each_context(request) | {"end": end}
            )
            answer["Refresh"] = (
                f"0; url={end}"  # not a redirect of the form: the pages' policy would hold it back
            )
            return answer
        return super().logout(request, extra_context)
