"""What every door of the API has: who may come, how often, and how it reads and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from orchestrator.accounts.programs import Program
from orchestrator.accounts.scopes import scopes_for
from orchestrator.api.callers import WAYS, CallsOfAnAccount
from orchestrator.api.reading import SoundJSONParser

_AS = {"HEAD": "GET", "OPTIONS": "GET"}


class MayCall(BasePermission):
    """Whoever has the rights that the door names for the method: of a key its scopes give them."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """By Django's own rights. A method that the door has not is refused to whoever may use none of it."""
        wanted = _wanted(view.rights, request.method or "GET")
        if request.user and request.user.has_perms(wanted):
            return True
        self.message = _lacks(request.user, wanted)
        return False


class Door(APIView):
    """A door: `rights` says by method what a caller must be allowed to do."""

    authentication_classes = WAYS
    permission_classes: Sequence[Any] = (MayCall,)
    throttle_classes = (CallsOfAnAccount,)
    parser_classes = (SoundJSONParser,)
    renderer_classes = (JSONRenderer,)
    rights: Mapping[str, tuple[str, ...]] = {}


class ReadView(Door):
    """A door that only tells of people, their passages and their messages."""

    rights = {"GET": ("customers.view_customer", "journeys.view_enrollment", "messaging.view_message")}


def _wanted(rights: Mapping[str, tuple[str, ...]], method: str) -> tuple[str, ...]:
    method = _AS.get(method, method)
    return rights[method] if method in rights else next(iter(rights.values()))


def _lacks(user: Any, wanted: tuple[str, ...]) -> str:
    missing = [right for right in wanted if not user.has_perm(right)]
    if isinstance(user, Program):
        return f"This key lacks a scope; it needs: {', '.join(scopes_for(missing))}."
    if wanted == ReadView.rights["GET"]:
        return "This account may not read about people; give it the rights to view customers, enrollments and messages."
    if wanted == ("journeys.add_enrollment",):
        return "This account may not let people into journeys; give it the right to add enrollments."
    return f"This account may not do this; it needs the rights: {', '.join(missing)}."
