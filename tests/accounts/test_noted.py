"""What the audit log says of signing in: each deed once, and nothing that was typed."""

from __future__ import annotations

from io import StringIO

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from orchestrator.accounts import factors
from orchestrator.workspace.models import AuditEntry
from tests.accounts.conftest import code, give_factor, sign_in


def noted(*left_out: str) -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.order_by("number").exclude(action__in=left_out)
    return list(rows.values_list("action", "who", "title"))


def test_a_wait_is_noted_once_however_often_it_is_tried(ola: User) -> None:
    for _ in range(9):
        sign_in(Client(), "my-password-by-mistake", "wrong")
    assert noted("sign_in_failed") == [("throttled", "nobody", "")]
    told = AuditEntry.objects.get(action="throttled").details
    assert {**told, "mark": len(told["mark"])} == {"of": "account", "mark": 8, "minutes": 1}
    assert AuditEntry.objects.filter(action="sign_in_failed").count() == 5
    assert "my-password" not in str(list(AuditEntry.objects.values()))


def test_what_becomes_of_a_factor_is_noted(ola: User) -> None:
    codes = give_factor(ola)
    assert factors.show(ola, codes[0], timezone.now()) is not None
    assert factors.show(ola, code(), timezone.now()) is not None
    factors.new_codes(ola, timezone.now())
    factors.take_away(ola, ola)
    factors.take_away(ola, ola)
    give_factor(ola)
    call_command("signin", "reset_factor", "ola", stdout=StringIO())
    assert noted() == [
        ("factor_set_up", "user", "ola"),
        ("recovery_code_used", "user", "ola"),
        ("changed", "user", "ola"),
        ("factor_removed", "user", "ola"),
        ("factor_set_up", "user", "ola"),
        ("factor_reset", "command", "ola"),
    ]
    assert AuditEntry.objects.get(action="recovery_code_used").details == {"left": 9}
    assert codes[0] not in str(list(AuditEntry.objects.values()))
