"""`/d/<token>`: the page on which a consent is confirmed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from orchestrator.domain.confirming import Answer
from orchestrator.tracking import confirming, letter
from orchestrator.tracking.confirming import Request
from orchestrator.tracking.page import language_of, proof_of, show
from orchestrator.tracking.views import sealed_options


@method_decorator(csrf_exempt, name="dispatch")
class Confirm(View):
    """GET shows one button, and only POST confirms: programs that follow the links of a mail confirm nothing.

    Without CSRF's protection: the token is the proof, and it is known to nobody but whom the message reached.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the language of the customer."""
        with translation.override(language_of(letter.read(confirming.PURPOSE, kwargs["token"]))):
            return sealed_options(super().dispatch(request, *args, **kwargs))  # type: ignore[arg-type]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what would be confirmed."""
        return _page(request, *confirming.look(token, timezone.now()))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Confirm it."""
        return _page(request, *confirming.confirm(token, proof_of(request), timezone.now()))


def _page(request: HttpRequest, asked: Request | None, answer: Answer) -> HttpResponse:
    if asked is None or answer is Answer.BROKEN:
        return show(request, "broken", None, {}, status=404)
    status = 410 if answer in (Answer.EXPIRED, Answer.WITHDRAWN) else 200
    texts = list(dict.fromkeys(row.text for row in asked.asked if row.text))
    return show(request, "confirm", asked.brand, {"answer": answer.value, "texts": texts}, status)
