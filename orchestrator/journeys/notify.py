"""NOTIFY: letters about requests to publish leave the house, as alarms do (`alarms/tell.py`).

A notice is claimed by moving its `due_at` on: of several that look at once, one sends. Whoever dies between claim and
sending, or between sending and noting it, leaves it to be sent again once the lease is over: so it is sent at least once,
with the same id each time. What is of no use any more is not sent. A letter says which journey, and where to look;
neither what somebody wrote nor anything of a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.alarms import again_at
from orchestrator.journeys.alarms.letters import from_the_studio, speaking
from orchestrator.journeys.alarms.tell import MOST, Clock, in_turn
from orchestrator.journeys.approval import refusal, stands
from orchestrator.journeys.models import PublishNotice, PublishRequest
from orchestrator.workspace.models import Workspace

_What = PublishNotice.What
_SUBJECTS: Mapping[str, Any] = {
    _What.ASKED: gettext_lazy("“%(journey)s” waits for your approval"),
    _What.COMMENTED: gettext_lazy("Something was said of the request to publish “%(journey)s”"),
    _What.APPROVED: gettext_lazy("“%(journey)s” was approved and published"),
    _What.DECLINED: gettext_lazy("“%(journey)s” was not approved"),
    _What.LAPSED: gettext_lazy("The request to publish “%(journey)s” has lapsed"),
}
_TEXTS: Mapping[str, Any] = {
    _What.ASKED: gettext_lazy("Somebody asks for this journey to be published, and you may approve or decline it."),
    _What.COMMENTED: gettext_lazy("Read it, and answer, on the request's page."),
    _What.APPROVED: gettext_lazy("What you asked for is live now."),
    _What.DECLINED: gettext_lazy("Read why on the request's page; change the draft, and ask again."),
    _What.LAPSED: gettext_lazy("Nobody decided it in time. If it is still wanted, ask again."),
}  # fmt: skip


def notify(clock: Clock) -> int:
    """Send what is due, for at most `LONGEST`; answers how many were sent."""
    began = clock()
    due = PublishNotice.objects.filter(due_at__lte=began).order_by("due_at", "id")
    return in_turn(
        due.select_related("to", "request__journey__current", "request__asked_by"), began, clock, _send
    )


def _send(one: PublishNotice, now: datetime) -> bool:
    row = PublishNotice.objects.filter(pk=one.pk, tries=one.tries, told_at=None)
    if not _still_of_use(one, now):
        row.update(due_at=None)
        return False
    try:
        letter(one).send()
    except Exception as error:  # a mail backend raises what it likes
        told = f"mail {type(error).__name__}: {error}"[:MOST]
        row.update(due_at=again_at(one.tries, one.made_at, now), failure=told)
        return False
    row.update(told_at=now, due_at=None, failure="")
    return True


def _still_of_use(one: PublishNotice, now: datetime) -> bool:
    """Nobody is asked to decide what is decided, or what they may not; nobody without an account is told anything."""
    if not one.to.is_active or not one.to.email:
        return False
    if one.what != _What.ASKED:
        return True
    waits = stands([one.request], now)[one.request_id] == PublishRequest.State.WAITING
    return waits and refusal(one.request, one.to) is None


def letter(one: PublishNotice) -> EmailMessage:
    """What a notice says, in the workspace's first language that we speak. Its id is the same at every try."""
    with speaking(_language()):
        told = {"journey": one.request.journey.title or one.request.journey.key}
        url = settings.PUBLIC_URL + reverse("admin:journeys_publishrequest_change", args=[one.request_id])
        until = _until(one.request) if one.what == _What.ASKED else ""
        body = "\n\n".join(filter(None, [str(_TEXTS[one.what]), until, url])) + "\n"
        title = " ".join((str(_SUBJECTS[one.what]) % told).split())
        return from_the_studio(f"publish_{one.pk}", title, body, [one.to.email])


def _until(request: PublishRequest) -> str:
    if request.deadline is None:
        return ""
    return _("It lapses on %(when)s.") % {
        "when": date_format(timezone.localtime(request.deadline), "DATETIME_FORMAT")
    }


def _language() -> str:
    known = {code for code, _name in settings.LANGUAGES}
    return next((one for one in Workspace.get().languages if one in known), settings.LANGUAGE_CODE)
