"""A program that calls, with a key of its own."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from orchestrator.accounts import keys
from orchestrator.accounts.scopes import RIGHTS

BASE = "/api/v1/"


class Program:
    """Calls by a key with these scopes, or with all."""

    def __init__(self, *scopes: str, per_minute: int = 100_000) -> None:
        self.key, secret = keys.make("shop", scopes or tuple(RIGHTS), per_minute, None, None, timezone.now())
        self._headers = {"authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The whole answer."""
        also = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        call = getattr(Client(), method)
        return call(BASE + path, headers={**self._headers, **also}, **sent)

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body."""
        answer = self.ask("get", path)
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body."""
        answer = self.ask("post", path, {} if body is None else body, **headers)
        return answer.status_code, answer.json()
