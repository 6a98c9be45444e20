"""Somebody with a password, and an app that shows codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from orchestrator.accounts import factors, recent
from orchestrator.workspace.models import Workspace

PASSWORD = "correct horse battery"
SECRET = b"12345678901234567890"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    recent.forget()
    yield
    recent.forget()


@pytest.fixture
def ola(db: None) -> User:
    """May do everything."""
    return User.objects.create_superuser("ola", "ola@shop.example", PASSWORD)


def code(now: datetime | None = None, steps: int = 0, secret: bytes = SECRET) -> str:
    """What the app shows, so many steps from now."""
    totp = TOTP(secret, drift=steps)
    totp.time = (now or timezone.now()).timestamp()
    return f"{totp.token():06}"


def give_factor(user: User) -> list[str]:
    """A factor set up a while ago, and its recovery codes."""
    codes = factors.set_up(user, SECRET, code(), timezone.now())
    assert codes is not None
    user.factor_set.update(last_step=-1)
    return codes


def demand(whom: str) -> None:
    """The workspace wants a second factor."""
    Workspace.get()
    Workspace.objects.update(second_factor=whom)


def sign_in(client: Client, name: str = "ola", password: str = PASSWORD, **also: Any) -> Any:
    """The form for name and password."""
    return client.post("/admin/login/", {"username": name, "password": password}, **also)


def inside(client: Client) -> bool:
    """Whether the first page is shown."""
    return client.get("/admin/").status_code == 200
