"""A request as Django's views read it, from the sdk's."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import unquote, urlsplit

from django.core.handlers.wsgi import WSGIRequest

from orchestrator.sdk import Request


def incoming(request: Request) -> WSGIRequest:
    """The request, its whole body at hand."""
    url = urlsplit(request.url)
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return WSGIRequest(
        environ
        | {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote(url.path),
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "SERVER_NAME": url.hostname or "localhost",
            "SERVER_PORT": str(url.port or 443),
            "wsgi.url_scheme": url.scheme or "https",
            "wsgi.input": BytesIO(request.body),
        }
    )
