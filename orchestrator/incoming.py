"""INCOMING: a request of somebody else's machine as plugins see it, read within its limit."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from orchestrator.sdk.transport import Request


def read(request: HttpRequest, largest: int) -> Request:
    """Its address is the public one, from the settings and not from its headers.

    RequestDataTooBig above `largest` bytes, whatever its header says; UnreadablePostError or ValueError where it broke off.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > largest:
        raise RequestDataTooBig
    body = request.read(largest + 1)
    if len(body) > largest:
        raise RequestDataTooBig
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method or "", settings.PUBLIC_URL + request.get_full_path(), headers, body)
