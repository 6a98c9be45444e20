"""`/f/<key>`: a form by which people sign up, as a page of its own or within another site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from orchestrator.consents import texts as consent_texts
from orchestrator.consents.models import ConsentText, SignupForm
from orchestrator.tracking import form_guard
from orchestrator.tracking.form_fields import Fields
from orchestrator.tracking.form_guard import Age
from orchestrator.tracking.page import proof_of, show
from orchestrator.tracking.signing_up import SignUp, sign_up
from orchestrator.tracking.views import sealed_options

TRAP = "website"  # a field that people do not see
Shown = list[tuple[ConsentText, str]]


@method_decorator([csrf_exempt, xframe_options_exempt], name="dispatch")
class Form(View):
    """Whoever sends it gets the same answer, whether their address is known, blocked, erased or new.

    Without CSRF's protection: it acts for nobody, and within another site browsers send no cookie.
    """

    form: SignupForm
    texts: Shown

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the language asked for by `?lang=`, else the browser's."""
        form = SignupForm.objects.filter(key=kwargs["key"], enabled=True).select_related("brand").first()
        with translation.override(_language(request)):
            self.languages = [translation.get_language() or "", *(code for code, _ in settings.LANGUAGES)]
            texts = _shown(form, self.languages) if form else []
            if form is None or not texts:
                return show(request, "no_form", None, {}, status=404)
            self.form, self.texts = form, texts
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            return _framed(sealed_options(answer), request, form)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show it."""
        return self._page(request, Fields(self.form.asks, self.texts))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Take what was written; what is wrong is said beside it, and nothing of it is lost."""
        fields, now = Fields(self.form.asks, self.texts, request.POST), timezone.now()
        if request.POST.get(TRAP):
            return self._thanks(request)
        if not fields.is_valid():
            return self._page(request, fields, status=422)
        age = form_guard.age(request.POST.get("shown", ""), self.form.key, now)
        if age is not Age.FINE:
            return self._page(request, fields, _ONCE_MORE[age](), 422)
        if form_guard.too_many(request.META.get("REMOTE_ADDR", "")):
            return self._page(
                request, fields, _("Too many sign-ups from your network. Try again in a while."), 429
            )
        sign_up(self.form, self._said(request, fields), now)
        return self._thanks(request)

    def _said(self, request: HttpRequest, fields: Fields) -> SignUp:
        said = fields.cleaned_data
        addresses = {"email": said.get("email", ""), "sms": said.get("phone", "")}
        return SignUp(
            {channel: value for channel, value in addresses.items() if value},
            said.get("first_name", ""),
            said.get("language") or self.languages[0],
            fields.ticked,
            self.languages,
            proof_of(request) | {"form": self.form.key},
        )

    def _page(
        self, request: HttpRequest, fields: Fields, problem: str = "", status: int = 200
    ) -> HttpResponse:
        note = request.POST.get("shown", "")
        if form_guard.age(note, self.form.key, timezone.now()) is Age.TOO_OLD:
            note = form_guard.issue(self.form.key, timezone.now())
        more = {"fields": fields, "shown": note, "problem": problem, "trap": TRAP}
        return self._show(request, more, status)

    def _thanks(self, request: HttpRequest) -> HttpResponse:
        words = _in(self.form.thanks, self.languages)
        return self._show(request, {"done": True, "thanks": words})

    def _show(self, request: HttpRequest, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
        title = _in(self.form.title, self.languages) or self.form.brand.name
        context = {"form": self.form, "title": title, "embed": _embedded(request), **more}
        return show(request, "form", self.form.brand, context, status)


_ONCE_MORE = {
    Age.TOO_SOON: lambda: _("That was very quick. Please press the button once more."),
    Age.TOO_OLD: lambda: _("This page has been open for long. Please press the button once more."),
}


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return (
        asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    )


def _shown(form: SignupForm, languages: list[str]) -> Shown:
    """The current version of each text, in words that the reader has."""
    found = [consent_texts.current(form.brand_id, key) for key in form.texts]
    return [(text, consent_texts.words_in(text, languages)[1]) for text in found if text is not None]


def _in(words: Mapping[str, str], languages: list[str]) -> str:
    return next((words[code] for code in languages if words.get(code)), "")


def _embedded(request: HttpRequest) -> bool:
    return request.GET.get("embed") == "1"


def _framed(response: HttpResponse, request: HttpRequest, form: SignupForm) -> HttpResponse:
    """Within the sites that the form names, and within no other; by itself, within none."""
    if _embedded(request) and form.sites:
        policy = response["Content-Security-Policy"]
        sites = f"frame-ancestors {' '.join(form.sites)}"
        policy = policy.replace("frame-ancestors 'none'", sites)
        response["Content-Security-Policy"] = f"{policy}; script-src 'self'"  # embed.js, for the pop-up
    return response
