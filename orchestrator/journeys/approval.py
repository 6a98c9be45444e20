"""APPROVAL: one asks for a draft to be published, another does it or declines. What was asked for is all that can be.

Locks come in one order, the journey's row and then the request's; a decision is one conditional UPDATE, so that of two
who decide at once, one does. Who may decide is asked once more under the locks: a right that was taken away meanwhile, or
an edit that was made, counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from orchestrator.journeys.admit import look_again
from orchestrator.journeys.edits import edited_at
from orchestrator.journeys.models import Journey, PublishComment, PublishNotice, PublishRequest
from orchestrator.journeys.notices import tell_approvers, tell_asker, tell_thread
from orchestrator.journeys.proposal import Changed, checked, marks, proposal, publish_proposal
from orchestrator.journeys.publish import Published
from orchestrator.workspace.audit import Action, note

RIGHT = "journeys.approve_publishrequest"
Drew = Collection[tuple[int, int]]  # journey, user
_State, _What = PublishRequest.State, PublishNotice.What


class Decided(Exception):
    """Somebody else has decided meanwhile, or the request was withdrawn."""


class Lapsed(Decided):
    """Its deadline has passed: it must be asked for again."""


class NotYours(Exception):
    """Nobody decides what they asked for themselves."""


class Edited(NotYours):
    """Nobody decides what they have edited themselves; `at`: when they last did."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"edited at {at}")
        self.at = at


class NoRight(NotYours):
    """They may not approve at all, or not any more."""


class Unsaid(ValueError):
    """Whoever declines says why."""


def standing(state: str, asked: str, now: str, late: bool = False) -> str:
    """How a request stands: one that waits is void as soon as what it asked for is another, and lapses when it is late. Pure."""
    if state != _State.WAITING:
        return state
    if asked != now:
        return _State.VOID
    return _State.LAPSED if late else state


def is_late(one: PublishRequest, now: datetime) -> bool:
    """Whether its deadline has passed."""
    return one.deadline is not None and one.deadline <= now


def stands(requests: Iterable[PublishRequest], now: datetime) -> dict[int, str]:
    """How these stand by id, in one query at most; their journeys are to be loaded with them."""
    rows = list(requests)
    waiting = {one.journey_id: one.journey for one in rows if one.state == _State.WAITING}
    known = marks(waiting.values()) if waiting else {}
    return {
        one.pk: standing(one.state, one.mark, known.get(one.journey_id, ""), is_late(one, now))
        for one in rows
    }


def waits(journey: Journey, mark: str, now: datetime) -> PublishRequest | None:
    """The request that waits for this journey as it is now, if there is one."""
    found = PublishRequest.objects.select_related("asked_by").filter(journey=journey, state=_State.WAITING)
    one = found.first()
    if one is None or standing(one.state, one.mark, mark, is_late(one, now)) != _State.WAITING:
        return None
    one.journey = journey
    return one


@transaction.atomic
def ask_to_publish(
    journey: Journey, mark: str, comment: str, deadline: datetime | None, by: Any, now: datetime
) -> PublishRequest:
    """Ask for what the mark names; raises Changed where it is something else by now, and DefinitionError.

    What is asked twice is asked once; what was asked for before and is another now becomes void. Whoever may approve it is
    told.
    """
    locked = _locked(journey)
    asked = proposal(locked)
    if asked.mark != mark:
        raise Changed
    checked(locked, asked, now)
    waiting = PublishRequest.objects.filter(journey=locked, state=_State.WAITING)
    for late in waiting.filter(mark=mark, deadline__lte=now):
        waiting.filter(pk=late.pk).update(state=_State.LAPSED, decided_at=now)
        note(Action.LAPSED, None, locked, now, request=late.pk)
    if (same := waiting.filter(mark=mark).first()) is not None:
        return same
    waiting.update(state=_State.VOID, decided_at=now)
    made = PublishRequest.objects.create(
        journey=locked,
        mark=mark,
        text=asked.journey.text,
        asked_by=by,
        asked_at=now,
        comment=comment,
        deadline=deadline,
    )
    tell_approvers(made, now)
    return made


def approve(request: PublishRequest, comment: str, by: Any, now: datetime) -> Published:
    """Publish exactly what was asked for; raises NotYours, Decided, Changed and DefinitionError, and then does nothing."""
    with transaction.atomic():
        look_again(request.journey.key, now)  # the door's lock comes first, as in `publish`
        _locked(request.journey)
        _decide(request, _State.APPROVED, comment, by, now)
        done = publish_proposal(request.journey, request.mark, now, by)
        made = request.journey.versions.get(number=done.number)
        PublishRequest.objects.filter(pk=request.pk).update(version=made)
        tell_asker(request, _What.APPROVED, now)
    return done


def decline(request: PublishRequest, comment: str, by: Any, now: datetime) -> None:
    """Say no, and why; raises NotYours, Decided and Unsaid."""
    if not comment.strip():
        raise Unsaid
    with transaction.atomic():
        _locked(request.journey)
        _decide(request, _State.DECLINED, comment, by, now)
        tell_asker(request, _What.DECLINED, now)


def withdraw(request: PublishRequest, by: Any, now: datetime) -> bool:
    """It is not wanted any more, or cannot be granted; answers whether it still waited."""
    fields = {"state": _State.VOID, "decided_by": by, "decided_at": now}
    return PublishRequest.objects.filter(pk=request.pk, state=_State.WAITING).update(**fields) == 1


@transaction.atomic
def comment(request: PublishRequest, text: str, by: Any, now: datetime) -> PublishComment:
    """Say something of it: whoever asked, and whoever may approve. Raises NotYours. Those who take part are told."""
    fresh = _as_of_now(by)
    if fresh is None or not (request.asked_by_id == by.pk or fresh.has_perm(RIGHT)):
        raise NoRight
    said = PublishComment.objects.create(request=request, author=by, said_at=now, text=text)
    tell_thread(said, now)
    note(Action.COMMENTED, by, request.journey, now, request=request.pk)
    return said


def lapse(now: datetime) -> int:
    """Requests whose deadline has passed say so, and their askers are told; answers how many. Twice is as once."""
    late = PublishRequest.objects.filter(state=_State.WAITING, deadline__lte=now)
    count = 0
    for one in list(late.select_related("journey").order_by("deadline")[:100]):
        with transaction.atomic():
            if late.filter(pk=one.pk).update(state=_State.LAPSED, decided_at=now):
                tell_asker(one, _What.LAPSED, now)
                note(Action.LAPSED, None, one.journey, now, request=one.pk)
                count += 1
    return count


def refusal(request: PublishRequest, by: Any, drew: Drew | None = None) -> NotYours | None:
    """Why somebody may not decide a request; None where they may. The one place of the rule.

    `drew`: who edited what (`edits.editors`), where the caller knows it for many requests.
    """
    if not by.has_perm(RIGHT):
        return NoRight()
    if request.asked_by_id == by.pk:
        return NotYours()
    if drew is not None and (request.journey_id, by.pk) not in drew:
        return None
    at = edited_at(request.journey_id, by)
    return Edited(at) if at is not None else None


def _decide(request: PublishRequest, state: str, comment: str, by: Any, now: datetime) -> None:
    """The journey's row is locked: no edit comes between this look and the end."""
    fresh = _as_of_now(by)
    if (why := refusal(request, fresh) if fresh is not None else NoRight()) is not None:
        raise why
    waiting = PublishRequest.objects.filter(pk=request.pk, state=_State.WAITING)
    fields = {"state": state, "decided_by": by, "decided_at": now, "decision": comment}
    if not waiting.filter(Q(deadline=None) | Q(deadline__gt=now)).update(**fields):
        raise Lapsed if waiting.exists() else Decided


def _as_of_now(by: Any) -> Any:
    """Somebody with the rights that they have by now; None without an account."""
    return get_user_model()._default_manager.filter(pk=by.pk).first()


def _locked(journey: Journey) -> Journey:
    rows = Journey.objects.select_for_update(of=("self",)).select_related("current", "brand")
    return rows.get(pk=journey.pk)
