"""Who may ask, and how a door of the API looks to a program."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator.api.callers import CallsOfAnAccount, ProgramAuthentication, StudioSession


class MayRead(BasePermission):
    """Whoever may see customers, their passages and their messages."""

    message = "This account may not read about people; give it the rights to view customers, enrollments and messages."
    rights = ("customers.view_customer", "journeys.view_enrollment", "messaging.view_message")

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By Django's own rights."""
        return bool(request.user and request.user.has_perms(self.rights))


class ReadView(APIView):
    """A door that only tells."""

    authentication_classes = (ProgramAuthentication, StudioSession)
    permission_classes = (MayRead,)
    throttle_classes = (CallsOfAnAccount,)
    renderer_classes = (JSONRenderer,)


def refused(code: str, what: str, status: int) -> Response:
    """Why not, and how to mend it."""
    return Response({"code": code, "detail": what}, status)
