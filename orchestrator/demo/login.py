"""The demo's login: one superuser with a password made anew each time it is shown."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model

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
    return NAME, password
