"""The public pages. A request is read, one verb is called, a page is shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from orchestrator.messaging import links
from orchestrator.tracking import letter as letters
from orchestrator.tracking import preferences, words
from orchestrator.tracking.letter import Letter
from orchestrator.tracking.page import language_of, sealed, show
from orchestrator.tracking.preferences import SOURCE, TEXT_VERSION, Place
from orchestrator.tracking.unsubscribe import Said, unsubscribe


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
    """`/p/<token>`. A form of switches; no switch is moved but by the person's own hand."""

    purpose = "p"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the switches."""
        return self._page(request, saved=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Save what was changed on the page, and show how everything stands now."""
        letter = self.letter
        if letter is None or letters.owner(letter) is None:
            return self.broken(request)
        if request.POST.get("choice") == "everything":
            said = _said(request, words.all_channels(letter))
            preferences.switch_everything_off(letter, said, timezone.now())
        else:
            wishes = _wishes(request)
            titles = words.topic_titles()
            texts = {place: _said(request, words.switch(letter, *place, titles)) for place in wishes}
            preferences.save(letter, wishes, texts, timezone.now())
        return self._page(request, saved=True)

    def _page(self, request: HttpRequest, saved: bool) -> HttpResponse:
        letter = self.letter
        customer = letters.owner(letter) if letter else None
        if letter is None or customer is None:
            return self.broken(request)
        context = {"channels": _switches(letter, customer), "saved": saved, "off": words.all_channels(letter)}
        response = show(request, "preferences", letter.brand, context)
        # With no-referrer browsers send the form with `Origin: null`, which CSRF's check must refuse. Other sites
        # are told nothing by this one either.
        response["Referrer-Policy"] = "same-origin"
        return response


def _choices(letter: Letter) -> dict[str, Any]:
    return {
        "only_topic": words.only_topic(letter) if letter.topic else "",
        "everything": words.everything(letter),
        "preferences": f"/p/{links.token('p', letter.key)}",
    }


def _switches(letter: Letter, customer: int) -> list[dict[str, Any]]:
    titles = words.topic_titles()
    return [
        {
            "title": words.channel_title(channel.channel),
            "switches": [
                {"name": ":".join(place), "on": on, "topic": place[1], "text": words.switch(letter, *place, titles)}
                for place, on in channel.places()
            ],
        }
        for channel in preferences.read(letter, customer)
    ]  # fmt: skip


def _wishes(request: HttpRequest) -> dict[Place, bool]:
    """What was changed on the page: a switch's position now, where it is not the one it was shown in.

    A page that lay open while consent was withdrawn elsewhere shows an old tick; saving it grants nothing.
    """
    ticked = set(request.POST.getlist("on"))
    was_on, was_off = set(request.POST.getlist("was_on")), set(request.POST.getlist("was_off"))
    changed = dict.fromkeys(was_on - ticked, False) | dict.fromkeys(was_off & ticked, True)
    return {(name.partition(":")[0], name.partition(":")[2]): on for name, on in changed.items()}


def _said(request: HttpRequest, text: str) -> Said:
    proof = {
        "ip": request.META.get("REMOTE_ADDR", ""),
        "agent": request.headers.get("User-Agent", "").replace("\0", "")[:200],
    }
    return Said(text, translation.get_language() or "", SOURCE, TEXT_VERSION, proof)
