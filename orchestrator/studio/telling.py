"""What the studio says of telling: who could not be told, why not, and what a channel has been told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.messaging.kept_mail import KEPT_MAIL
from orchestrator.studio import words
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import AlarmChannel, AlarmNotice

MOST = 50
NEWEST = 10
_FAILURES = {
    "no_secret": gettext_lazy("WEBHOOK_SECRETS is empty or cannot be read: nothing can be signed"),
    "no_connection": gettext_lazy("no connection could be made"),
    "no_answer": gettext_lazy("there was no answer"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice of a channel: of what, when, and what came of it."""

    what: str
    url: str
    state: str
    tone: str
    why: str


def say_failure(written: str) -> str:
    """Why something could not be told."""
    code, _space, said = written.partition(" ")
    if code == "status":
        return _("the receiver answered %(status)s") % {"status": said}
    if code == "refused":
        return _("the address may not be called: %(why)s") % {"why": said}
    if code == "mail":
        return _("the mail server did not take it: %(why)s") % {"why": said}
    return str(_FAILURES.get(code, written))


def failing() -> Iterator[str]:
    """A sentence for each channel that is being tried again. One query."""
    rows = AlarmNotice.objects.filter(due_at__isnull=False, tries__gt=0, channel__enabled=True)
    waiting = rows.exclude(failure="").select_related("channel").order_by("due_at", "id")[:MOST]
    by: dict[int, list[AlarmNotice]] = {}
    for one in waiting:
        by.setdefault(one.channel_id, []).append(one)
    for notices in by.values():
        first = notices[0]
        told = {
            "name": first.channel.name,
            "count": grouped(len(notices)),
            "why": say_failure(first.failure),
            "when": words.moment(first.due_at),
        }
        yield words.stopped(
            ngettext(
                "“%(name)s” could not be told of %(count)s alarm: %(why)s. It is tried again at %(when)s",
                "“%(name)s” could not be told of %(count)s alarms: %(why)s. It is tried again at %(when)s",
                len(notices),
            )
            % told
        )


def means(channel: AlarmChannel | None) -> Iterator[str]:
    """What a reader should know of how alarms leave."""
    if settings.EMAIL_BACKEND == KEPT_MAIL and (channel is None or channel.means == "email"):
        yield _(
            "No mail server is set (EMAIL_URL), so nobody gets these emails: they are kept in the mailbox, to be read here."
        )
    if not settings.WEBHOOK_SECRETS and (channel is None or channel.means == "webhook"):
        yield _("WEBHOOK_SECRETS is not set: webhooks of alarms cannot be signed, and do not leave.")
    yield _(
        "Each alarm is told once when it begins and once when it is over. If a worker dies while it tells, it may be told "
        "twice, with the same id."
    )
    yield _("Workers tell. If none runs, nobody is told: let your monitoring ask /healthz.")


def history(channel: AlarmChannel) -> list[Told]:
    """The newest of what a channel was to be told."""
    rows = AlarmNotice.objects.filter(channel=channel).select_related("alarm").order_by("-id")[:NEWEST]
    return [_told(one) for one in rows]


def _told(one: AlarmNotice) -> Told:
    what = f"{one.alarm.get_kind_display()}: {one.get_what_display()}"
    state, tone = say_state(one)
    return Told(what, url_of("workspace_alarm", one.alarm_id), state, tone, say_failure(one.failure))


def say_state(one: AlarmNotice) -> tuple[str, str]:
    """Where a notice stands, and its colour."""
    if one.told_at is not None:
        return _("told %(when)s") % {"when": words.moment(one.told_at)}, "success"
    if one.due_at is None:
        return _("given up"), "danger"
    if one.failure:
        return _("tried again %(when)s") % {"when": words.moment(one.due_at)}, "warning"
    return _("on its way"), "info"
