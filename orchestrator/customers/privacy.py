"""PRIVACY: what becomes of a request of a person: received, made sure who asks, worked on, answered, or not.

Every move is one conditional UPDATE: of two who press at once one does, and the other is told (`Moved`). What is asked for
itself is done by other verbs; whoever can do it in one transaction with `done` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from orchestrator.customers.models import PrivacyComment, PrivacyRequest
from orchestrator.domain.answering import due_on
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace

_State = PrivacyRequest.State
SURE = (_State.CHECKED, _State.WORKING)  # nobody acts on somebody's data before it is sure who asks


class Moved(Exception):
    """The request is not as it was looked at: somebody was faster, or it is closed."""


class NotInTime(ValueError):
    """The first month is over: nobody can be told in time that it takes longer."""


def today(now: datetime) -> date:
    """The day by the workspace's clock."""
    return now.astimezone(ZoneInfo(Workspace.get().time_zone)).date()


@transaction.atomic
def receive(
    kind: str, customer: int | None, came_by: str, received_on: date, said: str, by: Any, now: datetime
) -> PrivacyRequest:
    """Write down that somebody asks. The month runs from `received_on`, whoever the request lay with since."""
    made = PrivacyRequest.objects.create(
        kind=kind,
        customer_id=customer,
        came_by=came_by,
        received_on=received_on,
        due_on=due_on(received_on, Workspace.get().country),
        made_by=by,
        made_at=now,
    )
    if said:
        PrivacyComment.objects.create(request=made, author=by, said_at=now, text=said)
    note(Action.REQUEST_RECEIVED, by, made, now, kind=kind, received_on=received_on, due_on=made.due_on)
    return made


def link(request: PrivacyRequest, customer: int, by: Any, now: datetime) -> None:
    """It is known by now whose request it is. Raises Moved where it is closed, or they have been erased."""
    with transaction.atomic():
        _move(request, Q(state=_State.RECEIVED), customer=customer)
        note(Action.CHANGED, by, request, now, customer=None)


def check(request: PrivacyRequest, how: str, by: Any, now: datetime) -> None:
    """It is sure who asks; of whom nobody knows the row, nothing is sure. Raises Moved."""
    sure = Q(state=_State.RECEIVED, customer__isnull=False)
    with transaction.atomic():
        _move(request, sure, state=_State.CHECKED, identity=how, identity_by=by, identity_at=now)
        note(Action.IDENTITY_CHECKED, by, request, now)


def take(request: PrivacyRequest, by: Any, now: datetime) -> None:
    """Somebody works on it, and answers for it. Raises Moved."""
    with transaction.atomic():
        _move(request, Q(state__in=SURE), state=_State.WORKING, taken_by=by)
        note(Action.CHANGED, by, request, now, state=_State.WORKING.value)


def extend(request: PrivacyRequest, why: str, told_on: date, how: str, by: Any, now: datetime) -> None:
    """Two further months, once, where the person was told so, and why, within the first. Raises Moved and NotInTime."""
    if not request.received_on <= told_on <= min(request.due_on, today(now)):
        raise NotInTime
    later = due_on(request.received_on, Workspace.get().country, extended=True)
    fields = {"due_on": later, "extended_on": told_on, "extended_why": why, "extended_told": how}
    with transaction.atomic():
        _move(request, Q(extended_on=None), **fields)
        note(Action.REQUEST_EXTENDED, by, request, now, due_on=[request.due_on, later])


def done(request: PrivacyRequest, result: Mapping[str, Any], answer: str, by: Any, now: datetime) -> None:
    """It is done; `result` proves it. Raises Moved, also where it is not sure who asked."""
    _close(request, Q(state__in=SURE), _State.DONE, by, now, result=dict(result), answer=answer)


def refuse(request: PrivacyRequest, refusal: str, answer: str, by: Any, now: datetime) -> None:
    """It is not done, and the person was told why and where to complain (art. 12(4)). Raises Moved."""
    _close(request, Q(), _State.REFUSED, by, now, refusal=refusal, answer=answer)


def withdraw(request: PrivacyRequest, answer: str, by: Any, now: datetime) -> None:
    """The person wants it no more. Raises Moved."""
    _close(request, Q(), _State.WITHDRAWN, by, now, answer=answer)


@transaction.atomic
def comment(request: PrivacyRequest, text: str, by: Any, now: datetime) -> PrivacyComment:
    """Say something of it."""
    said = PrivacyComment.objects.create(request=request, author=by, said_at=now, text=text)
    note(Action.COMMENTED, by, request, now)
    return said


def _close(request: PrivacyRequest, as_is: Q, state: str, by: Any, now: datetime, **fields: Any) -> None:
    with transaction.atomic():
        _move(request, as_is, state=state, closed_by=by, closed_at=now, **fields)
        told = {name: fields[name] for name in ("refusal", "result") if name in fields}
        note(_CLOSED[state], by, request, now, **told)


_CLOSED: Mapping[str, Action] = {
    _State.DONE: Action.REQUEST_DONE,
    _State.REFUSED: Action.REQUEST_REFUSED,
    _State.WITHDRAWN: Action.REQUEST_WITHDRAWN,
}


def _move(request: PrivacyRequest, as_is: Q, **fields: Any) -> None:
    if not PrivacyRequest.objects.filter(as_is, pk=request.pk, closed_at=None).update(**fields):
        raise Moved
