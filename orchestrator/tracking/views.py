"""The public pages. A request is read, one verb is called, a page is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_noop
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from orchestrator.messaging import links
from orchestrator.tracking import form, preferences, words
from orchestrator.tracking import letter as letters
from orchestrator.tracking.letter import Letter
from orchestrator.tracking.page import language_of, proof_of, sealed, show
from orchestrator.tracking.preferences import SOURCE, TEXT_VERSION
from orchestrator.tracking.unsubscribe import Said, unsubscribe
from orchestrator.tracking.wishes import UnknownWish


class _Public(View):
    """A page that a token opens, in its reader's language. Only POST changes anything."""

    purpose = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read the token, and answer in the language of its customer."""
        self.letter = letters.read(self.purpose, kwargs["token"])
        with translation.override(language_of(self.letter)):
            return sealed_options(super().dispatch(request, *args, **kwargs))  # type: ignore[arg-type]

    def broken(self, request: HttpRequest) -> HttpResponse:
        """A token that is cut or changed, and a message or person that is gone, look alike."""
        return show(request, "broken", None, {}, status=404)


def sealed_options(response: HttpResponse) -> HttpResponse:
    """Answers to OPTIONS and to methods that do not exist are sealed like pages."""
    return response if "Content-Security-Policy" in response else sealed(response)


@method_decorator(csrf_exempt, name="dispatch")
class Unsubscribe(_Public):
    """`/u/<token>`. A mail program's POST withdraws at once (RFC 8058); a person is shown both buttons first.

    Without CSRF's protection, on this page alone: the token is the proof, and mail programs have no cookies. To a
    mail program every answer is the same 200, whatever the token. It withdraws all topics, as its one button says.
    """

    purpose = "u"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask what to stop."""
        letter = self.letter
        if letter is None or not letters.everyone(letter):
            return self.broken(request)
        return show(request, "unsubscribe", letter.brand, _choices(letter))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Withdraw."""
        letter = self.letter
        if request.POST.get("List-Unsubscribe") == "One-Click":
            if letter is not None:
                unsubscribe(letter, "", Said(proof={"by": "one-click"}), timezone.now())
            return sealed(HttpResponse("OK\n", content_type="text/plain"))
        if letter is None or not letters.everyone(letter):
            return self.broken(request)
        choice = request.POST.get("choice")
        if choice == "everything" or (choice == "topic" and letter.topic):
            return self._withdraw(request, letter, letter.topic if choice == "topic" else "")
        return self.get(request, token)

    def _withdraw(self, request: HttpRequest, letter: Letter, topic: str) -> HttpResponse:
        text = words.only_topic(letter) if topic else words.everything(letter)
        said = Said(text, translation.get_language() or "", proof={"by": "page"})
        unsubscribe(letter, topic, said, timezone.now())
        return show(
            request, "unsubscribe", letter.brand, {**_choices(letter), "stopped": text, "topic_only": topic}
        )


class Preferences(_Public):
    """`/p/<token>`. A form of switches and wishes; nothing is moved but by the person's own hand."""

    purpose = "p"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show how everything stands."""
        return self._page(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Save what was changed on the page, and show how everything stands now."""
        if self.letter is None or letters.owner(self.letter) is None:
            return self.broken(request)
        try:
            told = _save(request, self.letter, timezone.now())
        except UnknownWish:
            return self._page(request, problem=gettext(_UNREAD), status=400)
        self.letter = letters.read(self.purpose, token)
        # They may have chosen another language just now.
        with translation.override(language_of(self.letter)):
            return self._page(request, done=gettext(told))

    def _page(self, request: HttpRequest, status: int = 200, **told: str) -> HttpResponse:
        letter = self.letter
        customer = letters.owner(letter) if letter else None
        if letter is None or customer is None:
            return self.broken(request)
        shown = {**form.context(letter, customer, timezone.now()), **told}
        response = show(request, "preferences", letter.brand, shown, status)
        # With no-referrer browsers send the form with `Origin: null`, which CSRF's check must refuse. Other sites
        # are told nothing by this one either.
        response["Referrer-Policy"] = "same-origin"
        return response


_UNREAD = gettext_noop("One of the choices is none that we offer, so nothing was saved. Choose once more.")


def _save(request: HttpRequest, letter: Letter, now: datetime) -> str:
    """Do what the button says; answers how that is told."""
    choice = request.POST.get("choice")
    if choice == "everything":
        preferences.switch_everything_off(letter, _said(request, words.all_channels(letter)), now)
    elif choice == "objection":
        preferences.object_to_everything(letter, _said(request, words.objection()), now)
        return gettext_noop(
            "We have noted your objection: no marketing comes from us any more, and nothing is made to fit you."
        )
    else:
        switched = form.switched(request)
        titles = words.topic_titles()
        texts = {place: _said(request, words.switch(letter, *place, titles)) for place in switched}
        preferences.save(letter, switched, texts, now, form.asked(request))
    return gettext_noop("Saved.")


def _choices(letter: Letter) -> dict[str, Any]:
    return {
        "only_topic": words.only_topic(letter) if letter.topic else "",
        "everything": words.everything(letter),
        "preferences": f"/p/{links.token('p', letter.key)}",
    }


def _said(request: HttpRequest, text: str) -> Said:
    return Said(text, translation.get_language() or "", SOURCE, TEXT_VERSION, proof_of(request))
