"""Who looks for alarms and tells: `manage.py work`, a thread beside it, and a Celery task; and by which mail server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from orchestrator.config.celery import app
from orchestrator.config.mail import KEPT, SMTP, mail_settings
from orchestrator.journeys import tasks
from orchestrator.journeys.alarms import rounds
from orchestrator.journeys.management.commands import work
from orchestrator.messaging.kept_mail import KEPT_MAIL
from orchestrator.messaging.models import ProviderBreaker
from orchestrator.workspace.models import Alarm, AlarmChannel, Workspace
from tests.installation import until

NOW = datetime.now(UTC)


def break_down() -> None:
    Workspace.get()
    AlarmChannel.objects.create(name="Operations", to="ops@example.com")
    ProviderBreaker.objects.create(provider="acme", failures=6, opened_at=NOW, open_until=NOW)


def test_one_round_of_work_looks_and_tells(
    db: None, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    monkeypatch.setattr(work.deadlines, "keep", lambda: None)  # they are for a process of its own
    monkeypatch.setattr(work.signal, "signal", lambda *_: None)
    break_down()
    call_command("work", once=True)
    assert [one.subject for one in mailoutbox] == ["[My shop] Alarm: a provider is down"]


def test_the_task_that_beat_sends_every_half_minute_looks_and_tells(db: None, mailoutbox: list[Any]) -> None:
    sent = app.conf.beat_schedule["alarms"]
    assert sent == {"task": tasks.alarms.name, "schedule": 30.0, "options": {"expires": 30.0}}
    break_down()
    tasks.alarms()
    tasks.alarms()
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_thread_beside_the_work_looks_again_after_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, mailoutbox: list[Any]
) -> None:
    break_down()
    looks: list[int] = []

    def look(clock: Any) -> None:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError("the database is away")
        rounds_look(clock)

    rounds_look = rounds.look
    monkeypatch.setattr(rounds, "look", look)
    monkeypatch.setattr(rounds, "EVERY", rounds.EVERY / 1000)
    stopping = threading.Event()
    thread = rounds.begin(lambda: datetime.now(UTC), stopping)
    until(lambda: len(mailoutbox) > 0, seconds=20)
    stopping.set()
    thread.join(20)
    assert not thread.is_alive()
    assert len(mailoutbox) == 1
    assert Alarm.objects.count() == 1
    assert "the database is away" in caplog.text


def test_what_cannot_be_looked_at_does_not_keep_what_waits_from_being_told(
    db: None, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    break_down()
    rounds.watch(datetime.now(UTC))

    def broken(_now: datetime) -> None:
        raise ValueError("cannot look")

    monkeypatch.setattr(rounds, "watch", broken)
    with pytest.raises(ValueError, match="cannot look"):
        rounds.look(lambda: datetime.now(UTC))
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "starttls", "tls"),
    [
        ("smtp://mail:1025", "mail", 1025, "", "", False, False),
        ("smtp://mail.example", "mail.example", 25, "", "", False, False),
        ("smtp+tls://ola:a%40b@mail.example", "mail.example", 587, "ola", "a@b", True, False),
        ("smtp+ssl://ola:x@mail.example?timeout=20", "mail.example", 465, "ola", "x", False, True),
        (" smtps://ola:x@mail.example:466 ", "mail.example", 466, "ola", "x", False, True),
    ],
)
def test_the_mail_server_is_that_of_the_email_plugin(
    url: str, host: str, port: int, user: str, password: str, starttls: bool, tls: bool
) -> None:
    assert mail_settings(url) == {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
        "EMAIL_TIMEOUT": 10,
    }


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://mail:port", "smtp://[x"]
)
def test_without_a_server_that_can_be_read_mail_is_kept(url: str) -> None:
    assert mail_settings(url) == {"EMAIL_BACKEND": KEPT}
    assert KEPT == KEPT_MAIL
