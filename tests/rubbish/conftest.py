"""Rubbish of every kind, and a sound neighbour beside it that must come to no harm."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from tests.journeys import conftest as journeys
from tests.scenarios import conftest as scenarios

files = journeys.files  # fixtures
world = scenarios.world

Load = Callable[[str, str | bytes], dict[str, Any]]


@pytest.fixture
def load(db: None, tmp_path: Path) -> Load:
    """`manage.py COMMAND FILE --json` on a file that holds this; the answer, or {"failed": words}."""

    def run(command: str, content: str | bytes) -> dict[str, Any]:
        path, out = tmp_path / "rows.csv", io.StringIO()
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        try:
            call_command(command, str(path), "--json", stdout=out)
        except CommandError as error:
            return {"failed": str(error)}
        answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
        return answer

    return run


@pytest.fixture
def marketer(db: None) -> Client:
    """Somebody signed in who may do everything that anybody may."""
    client = Client()
    client.force_login(User.objects.create(username="ola", is_superuser=True, is_staff=True))
    return client
