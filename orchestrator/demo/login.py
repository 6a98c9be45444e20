"""The demo's logins: a superuser with a password made anew each time it is shown, and one of each role with the same."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from orchestrator.workspace.roles import ROLES

NAME = "demo"


def has_login() -> bool:
    """Whether the demo has been here before."""
    return get_user_model().objects.filter(username=NAME).exists()


def give_login() -> tuple[str, str]:
    """Name and password of the demo's superuser."""
    password = secrets.token_urlsafe(9)
    user, _ = get_user_model().objects.get_or_create(
        username=NAME, defaults={"is_staff": True, "is_superuser": True}
    )
    user.set_password(password)
    user.save()
    _give_roles(user.password)
    return NAME, password


def _give_roles(made: str) -> None:
    """Somebody of each role, who is called like it."""
    users = get_user_model().objects
    for name in ROLES:
        user, _ = users.get_or_create(username=name, defaults={"is_staff": True})
        user.groups.set(Group.objects.filter(name=name))
    users.filter(username__in=ROLES).update(password=made)
