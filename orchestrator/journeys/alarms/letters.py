"""What a notice of an alarm says, as an email and as a webhook. Its id is the same at every try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orchestrator.journeys.alarms.words import moment, say
from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice, Brand, Workspace


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told. `id`: receivers drop one that they have seen; `data` is what a webhook carries of the alarm."""

    id: str
    type: str  # alarm.opened, alarm.closed, alarm.test
    title: str
    text: str
    url: str
    data: dict[str, Any]


def of_notice(notice: AlarmNotice) -> Letter:
    """Of an alarm that opened or closed, in its channel's language."""
    alarm = notice.alarm
    with speaking(notice.channel.language):
        said = say(alarm.kind, alarm.subject, alarm.evidence)
        name = alarm.get_kind_display()
        title = _("Alarm: %(what)s") if notice.what == "opened" else _("Over: %(what)s")
        text = said.text if notice.what == "opened" else _closed(alarm, said.text)
        url = settings.PUBLIC_URL + said.url
        data = {
            "alarm": alarm.pk,
            "kind": alarm.kind,
            "subject": alarm.subject,
            "severity": alarm.severity,
            "opened_at": alarm.opened_at.isoformat(),
            "closed_at": alarm.closed_at.isoformat() if alarm.closed_at else None,
            "evidence": alarm.evidence,
        }
        return Letter(f"alarm_{notice.pk}", f"alarm.{notice.what}", title % {"what": name}, text, url, data)


def of_test(channel: AlarmChannel, now: datetime) -> Letter:
    """A test that somebody asked for."""
    with speaking(channel.language):
        text = _("This is a test: nothing is wrong. Real alarms come here, too.")
        url = settings.PUBLIC_URL + reverse("admin:workspace_alarmchannel_change", args=[channel.pk])
        return Letter(f"alarm_test_{now.timestamp():.0f}", "alarm.test", _("A test alarm"), text, url, {})


def as_email(letter: Letter, channel: AlarmChannel) -> EmailMessage:
    """For people."""
    with speaking(channel.language):
        why = _("You get this as %(name)s is told of alarms: %(url)s")
        url = settings.PUBLIC_URL + reverse("admin:workspace_alarmchannel_change", args=[channel.pk])
        end = why % {"name": channel.name, "url": url}
    body = f"{letter.text}\n\n{letter.url}\n\n-- \n{end}\n"
    return from_the_studio(letter.id, letter.title, body, addresses(channel))


def from_the_studio(id_: str, title: str, body: str, to: list[str]) -> EmailMessage:
    """An email to people who work here: of which workspace, and that a machine wrote it. `id_`: the same at every try."""
    subject = f"[{Workspace.get().name}] {title}"
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{id_}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, sender(), to, headers=headers)


def as_webhook(letter: Letter, now: datetime) -> bytes:
    """For systems: the body of a Standard Webhook."""
    data = {**letter.data, "title": letter.title, "text": letter.text, "url": letter.url}
    written = {"type": letter.type, "timestamp": now.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def addresses(channel: AlarmChannel) -> list[str]:
    """Those that are written in a channel, each once."""
    return list(dict.fromkeys(one.strip() for one in channel.to.split(",") if one.strip()))


def sender() -> str:
    """The default brand's address; Django's own where it has none."""
    sender = Brand.objects.filter(key="default").values_list("sender_address", flat=True).first()
    return sender or settings.DEFAULT_FROM_EMAIL


def _closed(alarm: Alarm, text: str) -> str:
    told = {"opened": moment(alarm.opened_at.isoformat())}
    told["closed"] = moment((alarm.closed_at or alarm.opened_at).isoformat())
    return _("This is over since %(closed)s; it began at %(opened)s:") % told + f"\n\n{text}"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In a language, on the workspace's clock."""
    zone = ZoneInfo(Workspace.get().time_zone)
    with translation.override(language), timezone.override(zone):
        yield
