"""`/c/<token>` and `/o/<token>`: a link of a message, and its picture. To follow and to show goes before to count."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views import View

from orchestrator.messaging import engaged
from orchestrator.messaging.engaged import Visit
from orchestrator.tracking.page import sealed, show
from orchestrator.tracking.views import sealed_options

log = logging.getLogger(__name__)
# One pixel that is transparent.
PICTURE = bytes.fromhex(
    "474946383961 01000100800000 000000ffffff 21f9040100000000 2c000000000100010000 0202440100 3b"
)


class _Counted(View):
    """Asked for by GET it is counted; by HEAD it is only answered."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sealed, whatever the answer."""
        return sealed_options(super().dispatch(request, *args, **kwargs))  # type: ignore[arg-type]


class Click(_Counted):
    """Where a link of a message leads. The address is of the message's own list, never of the request."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Send the reader there."""
        link = engaged.find(token)
        if link is None:
            return show(request, "broken", None, {}, status=404)
        if request.method == "GET":
            _safely(lambda: engaged.clicked(link, _visit(request)))
        return sealed(HttpResponseRedirect(link.leads_to))

    def head(self, request: HttpRequest, token: str) -> HttpResponse:
        """Say where it leads."""
        return self.get(request, token)


class Open(_Counted):
    """The picture that says an email was opened: the same for every token, right or wrong."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it."""
        if request.method == "GET":
            _safely(lambda: engaged.opened(token, _visit(request)))
        return sealed(HttpResponse(PICTURE, content_type="image/gif"))

    def head(self, request: HttpRequest, token: str) -> HttpResponse:
        """Say that it is there."""
        return self.get(request, token)


def _visit(request: HttpRequest) -> Visit:
    says = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    )
    prefetched = any(word in says.lower() for word in ("prefetch", "preview"))
    return Visit(request.headers.get("User-Agent", ""), prefetched, timezone.now())


def _safely(count: Callable[[], None]) -> None:
    """A reader does not wait for what only we want to know."""
    try:
        count()
    except DatabaseError as error:
        log.warning("a click or an opening could not be counted: %s", type(error).__name__)
