"""WATCH: one look at everything that can be wrong; alarms open and close, and whoever is to be told gets a notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from orchestrator.domain.alarms import Key, Sign, Turn, severity, turn
from orchestrator.journeys.alarms.facts import read
from orchestrator.messaging.complaints import judge
from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice, Workspace

EVERY = timedelta(seconds=25)


def watch(now: datetime) -> Turn | None:
    """Look, if it is time and nobody else does; what changed. Whoever dies here leaves the look to the next."""
    Workspace.get()
    mine = Q(alarms_at=None) | Q(alarms_at__lte=now)
    if not Workspace.objects.filter(mine, pk=1).update(alarms_at=now + EVERY):
        return None
    judge(now)
    evidence = {(one.kind, one.subject): one.evidence for one in _open()}
    return _apply(read(now, evidence), now)


def _open() -> list[Alarm]:
    return list(Alarm.objects.filter(closed_at=None))


def _apply(signs: list[Sign], now: datetime) -> Turn:
    """In one transaction, under a lock that lets one look after the other write."""
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=1)
        alarms: dict[Key, Alarm] = {(one.kind, one.subject): one for one in _open()}
        found = turn({key: one.calm_since for key, one in alarms.items()}, signs, now)
        _set(alarms, found.calms, calm_since=now)
        _set(alarms, found.stirs, calm_since=None)
        _set(alarms, found.closes, closed_at=now)
        _close([alarms[key] for key in found.closes], now)
        _tell_of(_opened(found.opens, now), now)
    return found


def _set(alarms: dict[Key, Alarm], keys: list[Key], **fields: datetime | None) -> None:
    if keys:
        Alarm.objects.filter(pk__in=[alarms[key].pk for key in keys]).update(**fields)


def _opened(signs: list[Sign], now: datetime) -> list[Alarm]:
    return Alarm.objects.bulk_create(
        Alarm(
            kind=sign.kind,
            subject=sign.subject,
            severity=severity(sign.kind),
            evidence=dict(sign.evidence),
            opened_at=now,
        )
        for sign in signs
    )


def _tell_of(alarms: list[Alarm], now: datetime) -> None:
    """A notice of each to each channel that wants to know."""
    channels = list(AlarmChannel.objects.filter(enabled=True)) if alarms else []
    AlarmNotice.objects.bulk_create(
        AlarmNotice(alarm=alarm, channel=channel, what="opened", made_at=now, due_at=now)
        for alarm in alarms
        for channel in channels
        if channel.least in ("warning", alarm.severity)
    )


def _close(alarms: list[Alarm], now: datetime) -> None:
    """Whoever was, or is to be, told that it opened is told that it closed."""
    told = (
        AlarmNotice.objects.filter(alarm__in=alarms, what="opened", channel__enabled=True) if alarms else ()
    )
    AlarmNotice.objects.bulk_create(
        AlarmNotice(alarm_id=one.alarm_id, channel_id=one.channel_id, what="closed", made_at=now, due_at=now)
        for one in told
    )
