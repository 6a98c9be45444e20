"""The schema: how callers prove who they are, and the door that hands it out to everybody.

It holds nothing of an installation: not a key, not a name, not a row. So it is public, as this code is.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator.api.problems import Refused


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Keys."""

    target_class = "orchestrator.api.callers.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """As OpenAPI names it."""
        return {"type": "http", "scheme": "bearer", "description": "A key made in the studio: jk_…"}


class AccountScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Accounts of programs."""

    target_class = "orchestrator.api.callers.ProgramAuthentication"
    name = "account"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """As OpenAPI names it."""
        return {"type": "http", "scheme": "basic", "description": "Name and password of a program's account."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """People."""

    target_class = "orchestrator.api.callers.StudioSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """As OpenAPI names it."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Signed in to the studio.",
        }


class SchemaView(SpectacularAPIView):
    """`/api/schema/`: OpenAPI 3, as YAML or, for whoever asks for it, JSON. The same for everybody."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


class NowhereView(APIView):
    """Whatever else is asked below /api/v1/: a problem, and not a page for people."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str = "") -> Response:
        """404."""
        raise Refused("not_found", "There is nothing at this address; most addresses end with a slash.", 404)

    post = put = patch = delete = get
