"""`/hooks/<provider>/`: where providers report what became of messages.

The plugin verifies the signature and reads the report; the engine counts it. A provider that is told 2xx forgets the
report, so it is told so only after the commit; whatever else goes wrong, it is to try again.
"""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from orchestrator import incoming, registry
from orchestrator.guard import where
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.errors import SignatureInvalid
from orchestrator.sdk.providers import Provider
from orchestrator.sdk.transport import Request, Response
from orchestrator.tracking.page import sealed

log = logging.getLogger(__name__)
LARGEST = 1_000_000  # bytes of a report


@method_decorator(csrf_exempt, name="dispatch")
class Hook(View):
    """One address for each provider that has receipts. Without CSRF's protection: the signature is the proof."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Some providers report by GET."""
        return self._take(request, provider)

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Most report by POST."""
        return self._take(request, provider)

    def head(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Whether the address is there, which some ask before they send."""
        return _say(200, "") if _with_receipts(provider) else _say(404, "There is no such address.")

    def _take(self, request: HttpRequest, name: str) -> HttpResponse:
        provider = _with_receipts(name)
        if provider is None:
            return _say(404, "There is no such address.")
        try:
            asked = incoming.read(request, LARGEST)
        except RequestDataTooBig:
            return _say(413, f"A report has at most {LARGEST} bytes.")
        except (UnreadablePostError, ValueError):
            return _say(400, "The report's length is wrong, or it broke off; send it again.")
        return _answer(provider, asked)


def _answer(provider: Provider, asked: Request) -> HttpResponse:
    try:
        receipts = list(provider.parse_receipts(asked))
    except SignatureInvalid:
        # In the provider's own words there may be what was sent, so they are not repeated.
        log.warning("a report for %s is refused: its signature is missing or wrong", provider.name)
        return _say(403, "The signature is missing or wrong.")
    except NotImplementedError:
        return _say(404, "There is no such address.")
    except (Exception, SystemExit) as error:
        plugin = registry.current().owners.get(("provider", provider.name), "?")
        log.error("plugin %s failed in parse_receipts of %s: %s", plugin, provider.name, where(error))
        return _say(500, "The report could not be read; send it again.")
    received = receive(provider, receipts, timezone.now())
    # What could be counted is, and counts once; for the rest the report is wanted again.
    if received.refused:
        return _say(500, "Not all of it could be read; send it again.")
    return _say(503, "Too early; send it again.") if received.early else _counted(provider.receipt_answer)


def _counted(said: Response) -> HttpResponse:
    """What this provider reads back once a report is counted, in its plugin's words."""
    return sealed(HttpResponse(said.body, status=said.status, headers=dict(said.headers)))


def _with_receipts(name: str) -> Provider | None:
    provider = registry.current().providers.get(name)
    if provider is None or type(provider).parse_receipts is Provider.parse_receipts:
        return None
    return provider


def _say(status: int, words: str) -> HttpResponse:
    return sealed(HttpResponse(words, status=status, content_type="text/plain; charset=utf-8"))
