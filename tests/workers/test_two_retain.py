"""Two workers at one policy: neither waits for the other, and no window is taken twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction

from orchestrator.journeys.retain import retain
from orchestrator.workspace.models import Retention
from tests.messaging.threads import Beside

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_who_comes_second_does_nothing_and_does_not_wait() -> None:
    user, at = User.objects.create_user("ola"), NOW - timedelta(days=100)
    for _number in range(4):
        LogEntry.objects.create(user=user, object_repr="x", action_flag=CHANGE, action_time=at)
    Retention.objects.create(table="journal", days=90, due_at=NOW)
    seen: list[Any] = []
    with transaction.atomic():
        assert retain(NOW, 2) == 2
        Beside(lambda: seen.append(retain(NOW, 2))).done()
    assert seen == [0]
    assert LogEntry.objects.count() == 2
    Beside(lambda: seen.append(retain(NOW, 2))).done()
    Beside(lambda: seen.append(retain(NOW, 2))).done()
    assert (seen, LogEntry.objects.count(), Retention.objects.get().passed) == ([0, 2, 0], 0, 4)
