"""Requests to publish in words: which wait, for whom, and what was said to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from orchestrator.domain.answering import working_days_later
from orchestrator.journeys.approval import RIGHT, Drew, Edited, NoRight, refusal, stands, waits
from orchestrator.journeys.edits import editors
from orchestrator.journeys.models import Journey, PublishRequest
from orchestrator.journeys.proposal import marks
from orchestrator.studio import may, words
from orchestrator.studio.titles import pick
from orchestrator.workspace.models import Workspace

MOST = 5  # that the first page shows
_NAMED = 3  # approvers by name
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits, for one reader. `yours`: whether this reader may decide it, and if not, `why_not`; `soon`:
    whether it lapses within a day.
    """

    id: int
    title: str
    url: str
    text: str
    comment: str
    yours: bool
    why_not: str
    soon: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of what is said of a request."""

    who: str
    when: str
    text: str


def first_page(reader: Any, now: datetime) -> list[Waiting]:
    """The requests that wait, the oldest first; four queries at most, one where nothing waits."""
    waiting = PublishRequest.objects.filter(state=PublishRequest.State.WAITING)
    rows = list(told_whole(waiting).order_by("pk")[: 2 * MOST])
    stand = stands(rows, now)
    still = [one for one in rows if stand[one.pk] == PublishRequest.State.WAITING]
    return told(still[:MOST], reader, now)


def of_journey(journey: Journey, reader: Any, now: datetime) -> list[Waiting]:
    """The request that waits for a journey as it is now, if there is one."""
    one = waits(journey, marks([journey])[journey.pk], now)
    return told([one], reader, now) if one is not None else []


def told(requests: Iterable[PublishRequest], reader: Any, now: datetime) -> list[Waiting]:
    """Requests that wait, in words; one query for those who may decide, and one for those who drew."""
    rows = list(requests)
    known = _approvers() if rows else []
    drew = editors({one.journey_id for one in rows}) if rows else set()
    return [_told(one, reader, known, drew, now) for one in rows]


def _told(one: PublishRequest, reader: Any, known: list[User], drew: Drew, now: datetime) -> Waiting:
    return Waiting(
        one.pk,
        title(one),
        reverse("admin:journeys_journey_publish", args=[one.journey_id]),
        f"{say_asked(one, now)} {say_whom(one, known, drew)}",
        one.comment,
        may.decide(one, reader, drew),
        say_why_not(one, reader, drew),
        one.deadline is not None and one.deadline - now < timedelta(days=1),
    )


def say_why_not(one: PublishRequest, reader: Any, drew: Drew | None = None) -> str:
    """Why somebody who may approve may not decide this one; "" where they may, or have no such right at all."""
    why = refusal(one, reader, drew)
    if isinstance(why, Edited):
        told = {"when": words.moment(why.at)}
        return words.stopped(
            _("You may not decide it: you edited this draft on %(when)s, and nobody approves their own work")
            % told
        )
    if why is None or isinstance(why, NoRight):
        return ""
    return _("You may not decide it: you asked for it yourself.")


def say_asked(one: PublishRequest, now: datetime) -> str:
    """ "Asked by Ola on 27 November; it lapses on 30 November." """
    asked = {
        "who": name_of(one.asked_by),
        "when": words.moment(one.asked_at),
        "by": words.moment(one.deadline),
    }
    if one.deadline is None:
        return words.stopped(_("Asked by %(who)s on %(when)s") % asked)
    if one.deadline <= now:
        return words.stopped(_("Asked by %(who)s on %(when)s; to be decided by %(by)s") % asked)
    return words.stopped(_("Asked by %(who)s on %(when)s; it lapses on %(by)s") % asked)


def say_whom(one: PublishRequest, known: list[User] | None = None, drew: Drew | None = None) -> str:
    """Who may approve it: neither who asked nor who edited the draft."""
    drew = editors([one.journey_id]) if drew is None else drew
    names = [
        name_of(user)
        for user in (_approvers() if known is None else known)
        if user.pk != one.asked_by_id and (one.journey_id, user.pk) not in drew
    ]
    if not names:
        return _("Nobody else may approve it: give somebody that right under “Users”.")
    listed = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        return _("It waits for one of: %(names)s and others.") % {"names": listed}
    return _("It waits for one of: %(names)s.") % {"names": listed}


def say_decided(one: PublishRequest, state: str = "") -> str:
    """ "Declined by Piotr on 27 November."; `state`: how it stands, where that is not what is kept yet."""
    state = state or one.state
    told = {"who": name_of(one.decided_by), "when": words.moment(one.decided_at)}
    if state == PublishRequest.State.APPROVED:
        return words.stopped(_("Approved by %(who)s on %(when)s") % told)
    if state == PublishRequest.State.DECLINED:
        return words.stopped(_("Declined by %(who)s on %(when)s") % told)
    if state == PublishRequest.State.LAPSED:
        over = {"by": words.moment(one.deadline)}
        return _("Nobody decided it by %(by)s, so it lapsed and cannot be approved: ask again.") % over
    if one.decided_by_id is not None:
        return words.stopped(_("Withdrawn by %(who)s on %(when)s") % told)
    return _("The draft or one of its templates was changed after it was asked for: ask again.")


def thread(one: PublishRequest) -> list[Said]:
    """What was said of it, from the asking to the decision; one query."""
    asked = [Said(name_of(one.asked_by), words.moment(one.asked_at), one.comment)] if one.comment else []
    between = one.comments.select_related("author").order_by("said_at", "pk")
    end = [Said(name_of(one.decided_by), words.moment(one.decided_at), one.decision)] if one.decision else []
    return [*asked, *(Said(name_of(it.author), words.moment(it.said_at), it.text) for it in between), *end]


def may_comment(one: PublishRequest, user: Any) -> bool:
    """Whoever asked, and whoever may approve."""
    return one.asked_by_id == user.pk or bool(user.has_perm(RIGHT))


def deadline_by_default(now: datetime) -> datetime | None:
    """So many working days on, at this time of day, as the workspace says; None where it says none."""
    workspace = Workspace.get()
    if not workspace.approval_days:
        return None
    local = now.astimezone(ZoneInfo(workspace.time_zone)).replace(second=0, microsecond=0)
    day = working_days_later(local.date(), workspace.approval_days, workspace.country)
    return datetime.combine(day, local.time(), local.tzinfo)


def name_of(user: Any) -> str:
    """A person's name, else the one they sign in with."""
    return (user.get_full_name() or user.get_username()) if user is not None else _("somebody")


def told_whole(requests: QuerySet[PublishRequest]) -> QuerySet[Any]:
    """With all that the pages say of them, and what the marks of their journeys are made of; no query of its own."""
    told = requests.select_related("asked_by", "decided_by", "journey__current")
    return told.annotate(titles=F("journey__current__definition__title"))


def title(one: PublishRequest) -> str:
    """The title of its journey in the reader's language."""
    return pick(one.journey, getattr(one, "titles", getattr(one.journey, "titles", None)))


def _approvers() -> list[User]:
    backend = "django.contrib.auth.backends.ModelBackend"
    return list(User.objects.with_perm(RIGHT, backend=backend).order_by("pk")[:_LOOKED_AT])


def last_of(journey: Journey) -> PublishRequest | None:
    """The newest request of a journey."""
    rows = PublishRequest.objects.filter(journey=journey).select_related("asked_by", "decided_by")
    return rows.order_by("-pk").first()
