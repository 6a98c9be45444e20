"""Whom the workspace wants to have a second factor, and whether they have shown it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from orchestrator.accounts.models import Factor
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.roles import PUBLISH, SEE_PEOPLE

POWERS = (PUBLISH, SEE_PEOPLE, "auth.change_user")
VOUCHED = "second_factor_by_issuer"  # in the session: of whom the issuer has asked for more than a password


def demanded(user: Any) -> bool:
    """Whether this user needs one. Accounts that are not staff belong to programs: a page is closed to them anyway."""
    if not user.is_staff:
        return False
    wanted = Workspace.get().second_factor
    if wanted == "powers":
        return any(user.has_perm(right) for right in POWERS)
    return wanted == "everybody"


def factor_of(user: Any) -> Factor | None:
    """Their second factor, if it is set up."""
    return Factor.objects.filter(user_id=user.pk, confirmed=True).first()


def shown(request: HttpRequest, user: Any) -> bool:
    """Whether this session has shown one."""
    return bool(user.is_verified() or is_vouched(request, user))


def is_vouched(request: HttpRequest, user: Any) -> bool:
    """Whether the issuer has asked for more, of this very user: a session may be left open by another."""
    return user.pk is not None and request.session.get(VOUCHED) == user.pk


def enough(request: HttpRequest, user: Any) -> bool:
    """Whether this session may go on."""
    return not user.is_authenticated or shown(request, user) or not demanded(user)


def password_is_enough(user: Any) -> bool:
    """Whether name and password alone let somebody in, as the API's Basic auth asks: not past a second factor."""
    return not demanded(user) and factor_of(user) is None
