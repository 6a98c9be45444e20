"""The view of POST /in/<key>/: plain Django. Nothing of a request is used before its signature is found true."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from orchestrator import incoming
from orchestrator.customers.merge import MergeError
from orchestrator.guard import contained, where
from orchestrator.sdk import Request, SignatureInvalid, Source
from orchestrator.sources.connections import Unreadable, admit, connected, refuse, source_of
from orchestrator.sources.deliveries import receive
from orchestrator.sources.models import Connection

log = logging.getLogger(__name__)
LARGEST = 2_000_000  # bytes of a delivery: an order of some thousand lines
MENDED = "The secret here cannot be read any more; renew it."


@csrf_exempt
def come_in(request: HttpRequest, key: str) -> HttpResponse:
    """200 once everything is committed, or kept with the reason; 401 for the signature; 413, 429 and 503 as HTTP has them."""
    row = Connection.objects.filter(key=key, enabled=True).first() if len(key) <= 43 else None
    if row is None:
        return _say(404, "There is no such address.")
    if request.method in ("GET", "HEAD"):
        return _say(200, "This address is there. Send by POST.")
    if request.method != "POST":
        return _say(405, "Send it by POST.")
    now = timezone.now()
    if wait := admit(row, now):
        return _say(429, "More deliveries than this connection may make in a minute.", wait)
    try:
        return _taken(row, incoming.read(request, LARGEST))
    except RequestDataTooBig:
        refuse(row, f"a delivery has at most {LARGEST} bytes", now)
        return _say(413, f"A delivery has at most {LARGEST} bytes.")
    except (UnreadablePostError, ValueError):
        return _say(400, "The delivery's length is wrong, or it broke off; send it again.")
    except (MergeError, OperationalError, InterfaceError):
        return _say(503, "Try again.", 1)


def _taken(row: Connection, asked: Request) -> HttpResponse:
    now, source = timezone.now(), source_of(row)
    if source is None:
        refuse(row, f"the plugin of {row.source} is switched off", now)
        return _say(503, "Nobody here can read this now; send it again later.", 60)
    try:
        known = connected(row, now)
    except Unreadable:
        refuse(row, MENDED, now)
        return _say(503, "Nobody here can read this now; send it again later.", 60)
    if why := _unsigned(source, asked, known):
        refuse(row, why, now)
        return _say(401, "The signature is missing or wrong.")
    left = receive(row, source, asked, known)
    return _say(200, "taken" if left is None else "kept: something of it could not be taken")


def _unsigned(source: Source, asked: Request, known: object) -> str:
    """Why it is not believed; "" if it is. In a plugin's own words there may be what was sent, so those are not repeated."""
    try:
        source.verify(asked, known)  # type: ignore[arg-type]
    except SignatureInvalid as error:
        return str(error)
    except (Exception, SystemExit) as error:
        if not contained(error):
            raise
        log.error("source %s failed in verify: %s", source.name, where(error))
        return "its plugin failed where it looks at the signature"
    return ""


def _say(status: int, words: str, wait: int = 0) -> HttpResponse:
    answer = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    if wait:
        answer["Retry-After"] = str(wait)
    return answer
