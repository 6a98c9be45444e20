"""The view of POST /v1/…: plain Django, since it does for each event of a shop what others do for each page."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from orchestrator.customers.merge import MergeError
from orchestrator.domain.wire.values import KINDS
from orchestrator.ingest.body import BATCH, MOST, ONE, BadBody, read, secret_of
from orchestrator.ingest.gather import gatherer
from orchestrator.ingest.posts import Answer, Post, answer

# Browsers' own library shortens the paths.
_SHORT = {kind[0]: kind for kind in KINDS} | {"b": "batch", "import": "batch"}
ROUTES = {kind: kind for kind in (*KINDS, "batch")} | _SHORT
_LATER = Answer(503, "try again", "*", 1)


@csrf_exempt
def ingest(request: HttpRequest, route: str) -> HttpResponse:
    """200 once everything that came is committed; 400 for bad JSON or size, 401 and 403 for the key, 429 and 503 for later."""
    kind = ROUTES.get(route)
    if kind is None:
        return _told(Answer(404, f"there is no /v1/{route[:20]}"))
    if request.method == "OPTIONS":
        return _preflight()
    if request.method != "POST":
        return _told(Answer(405, "send it by POST"), Allow="POST, OPTIONS")
    try:
        post = _post(request, kind)
    except BadBody as error:
        return _told(Answer(400, str(error), "*"))
    return _told(_answered(post, kind))


def _answered(post: Post, kind: str) -> Answer:
    try:
        return answer([post], timezone.now())[0] if kind == "batch" else gatherer.answer(post)
    except (MergeError, OperationalError, InterfaceError):
        return _LATER


def _post(request: HttpRequest, kind: str) -> Post:
    """What the request brings; which library sent it makes no difference."""
    now = timezone.now()
    body = read(request, BATCH if kind == "batch" else ONE)
    origin = request.headers.get("Origin", "")
    secret = secret_of(request, body)
    if kind != "batch":
        return Post(secret, [body], now, origin, kind=kind)
    items = _items(body)
    if len(items) > MOST:
        raise BadBody(f"the batch has {len(items)} calls; {MOST} is the most")
    return Post(secret, items, now, origin, body if isinstance(body, dict) else {})


def _items(body: Any) -> list[Any]:
    """The calls of a batch. A body that is none is one call that is none, so that it can be seen among the dead letters."""
    items = body.get("batch") if isinstance(body, dict) else None
    return items if isinstance(items, list) else [body]


def _told(said: Answer, **headers: str) -> HttpResponse:
    body = {"success": said.status == 200, **({"error": said.words} if said.words else {})}
    response = HttpResponse(orjson.dumps(body), status=said.status, content_type="application/json")
    if said.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="journeys"'
    if said.wait:
        response["Retry-After"] = str(said.wait)
    if said.allow:
        response["Access-Control-Allow-Origin"] = said.allow
        response["Vary"] = "Origin"
    for name, value in headers.items():
        response[name] = value
    return response


def _preflight() -> HttpResponse:
    """A browser asks before it sends. It names no key, so the answer is the same for all; the call itself is refused."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding"
    response["Access-Control-Max-Age"] = "86400"
    return response
