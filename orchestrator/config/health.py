"""Whether this process can do its work: what a load balancer and docker compose ask."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orchestrator.domain.liveness import AtWork
from orchestrator.workspace import heartbeats


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 where the database answers, 503 where it does not; beside it, whether workers are heard: `none` never were.

    It says no more than that: anybody may ask. Silent workers do not make this process a bad one.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        heard = heartbeats.read(timezone.now())
    except Error:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "workers": _workers(heard)})


def _workers(heard: AtWork) -> str:
    if heard.last is None:
        return "none"
    return "ok" if heard.workers else "silent"
