"""What the database says of everything that can be wrong: a bounded number of rows for each, by an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber, TruncDate

from orchestrator.customers.models import PrivacyRequest
from orchestrator.customers.privacy import today
from orchestrator.domain.alarms import (
    HALF,
    IN_TIME,
    Key,
    Kind,
    Sign,
    budget,
    campaign,
    complaints,
    delivery,
    halves,
    requests,
)
from orchestrator.domain.answering import SOON
from orchestrator.domain.liveness import AtWork
from orchestrator.domain.outbox import State
from orchestrator.domain.silence import silent_for
from orchestrator.journeys.launching import launching
from orchestrator.journeys.models import Enrollment, Journey, Launch
from orchestrator.journeys.waiting import next_due
from orchestrator.messaging.breakers import down
from orchestrator.messaging.models import Message, Receipt, StepFault
from orchestrator.messaging.purses import purses_at
from orchestrator.messaging.unrendered import IN_A_ROW
from orchestrator.sdk.values import ReceiptKind
from orchestrator.workspace import heartbeats
from orchestrator.workspace.halt import current
from orchestrator.workspace.models import Workspace

NEWEST_MESSAGES = 50_000
NEWEST_ENTRIES = 20_000
DAYS = 28
MOST = 200  # rows of one kind that are looked at
MOST_STEPS = 20
MISSED_FOR = timedelta(hours=24)
DUE = frozenset({"deliver", "move"})
_TRIED = (State.ACCEPTED, State.UNKNOWN, State.REJECTED, State.FAILED)
Evidence = Mapping[Key, Mapping[str, Any]]  # of the alarms that are open


def read(now: datetime, open_: Evidence) -> list[Sign]:
    """All signs. Twelve queries, however many rows there are."""
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    return [
        *at_once(now),
        *_deliveries(newest - NEWEST_MESSAGES, open_),
        *_complaints(newest - NEWEST_MESSAGES),
        *_campaigns(now),
        *_budgets(now),
    ]


def at_once(now: datetime, heard: AtWork | None = None) -> list[Sign]:
    """Those that a page can look for itself, since they cost next to nothing. `heard`: the workers, where they are known."""
    workspace = Workspace.get()
    return [
        *_halt(),
        *_stopped(workspace),
        *_audit(workspace),
        *_webhooks(workspace),
        *_workers(now, heard or heartbeats.read(now)),
        *(Sign(Kind.PROVIDER, one.provider, evidence=_down(one)) for one in down()),
        *_steps(),
        *_silent(now, workspace),
        *_requests(now),
    ]


def _halt() -> Iterator[Sign]:
    halt = current()
    if halt is not None:
        told = {"why": halt.why, "since": halt.halted_at.isoformat()}
        yield Sign(Kind.HALTED, str(halt.pk), evidence=told)


def _stopped(workspace: Workspace) -> Iterator[Sign]:
    for key, told in sorted(workspace.stopped.items()):
        yield Sign(Kind.STOPPED, key, evidence=told)


def _audit(workspace: Workspace) -> Iterator[Sign]:
    checked = workspace.audit_checked
    if "wrong" in checked:
        yield Sign(Kind.AUDIT, "", evidence={"at": checked["at"], "wrong": checked["wrong"]})


def _webhooks(workspace: Workspace) -> Iterator[Sign]:
    for key, told in sorted(workspace.webhooks_off.items()):
        yield Sign(Kind.WEBHOOK, key, evidence=told)


def _workers(now: datetime, heard: AtWork) -> Iterator[Sign]:
    """Nobody works, and something is due. Where nobody ever worked, nobody is missed."""
    due = next_due(DUE) if heard.last is not None and not heard.workers else None
    if due is not None and due <= now and heard.last is not None:
        yield Sign(Kind.WORKERS, "", evidence={"last": heard.last.isoformat(), "due_since": due.isoformat()})


def _down(one: Any) -> dict[str, str]:
    return {"since": one.since.isoformat(), "until": one.until.isoformat(), "fault": one.fault}


def _steps() -> Iterator[Sign]:
    faults = StepFault.objects.filter(in_a_row__gte=IN_A_ROW).order_by("journey", "step")[:MOST_STEPS]
    rows = list(faults.values_list("pk", "journey", "step", "detail"))
    titles = _titles({journey for _, journey, _, _ in rows}) if rows else {}
    for pk, journey, step, detail in rows:
        told = {**titles.get(journey, {"journey": journey}), "step": step, "detail": detail, "fault": pk}
        yield Sign(Kind.STEP, f"{journey} {step}", evidence=told)


def _titles(keys: set[str]) -> dict[str, dict[str, Any]]:
    rows = _live_or_not().filter(key__in=keys)
    return {key: _journey(pk, key, title, titles) for pk, key, title, titles in rows}


def _live_or_not() -> Any:
    return Journey.objects.values_list("pk", "key", "title", "current__definition__title")


def _journey(pk: int, key: str, title: str, titles: Any) -> dict[str, Any]:
    """The journey as a sentence names it: its title in each language, where it was published with several."""
    published = titles if isinstance(titles, Mapping) and title in titles.values() else {}
    return {"id": pk, "journey": key, "title": title or key, "titles": dict(published)}


def _silent(now: datetime, workspace: Workspace) -> Iterator[Sign]:
    """Live journeys that let nobody in for longer than usual, by the newest entries of the last weeks."""
    zone = ZoneInfo(workspace.time_zone)
    live = _live_or_not().filter(status=Journey.Status.LIVE).order_by("-updated_at")[:MOST]
    journeys = {pk: _journey(pk, *rest) for pk, *rest in live}
    newest = Enrollment.objects.aggregate(newest=Max("id"))["newest"] or 0
    rows = Enrollment.objects.filter(
        id__gt=newest - NEWEST_ENTRIES, journey__in=journeys, entered_at__gte=now - timedelta(days=DAYS)
    ).order_by()
    entered: dict[int, set[date]] = defaultdict(set)
    for journey, day in rows.values_list("journey", TruncDate("entered_at", tzinfo=zone)).distinct():
        entered[journey].add(day)
    today = now.astimezone(zone).date()
    for pk, days in sorted(entered.items()):
        silence = silent_for(days, today)
        if silence is not None:
            told = {**journeys[pk], "days": silence}
            yield Sign(Kind.JOURNEY, journeys[pk]["journey"], evidence=told)


def _requests(now: datetime) -> list[Sign]:
    """Requests of people that are overdue or soon due; one query by the index of the open ones."""
    day = today(now)
    open_ = PrivacyRequest.objects.filter(closed_at=None, due_on__lte=day + SOON).order_by("due_on")
    return requests(list(open_.values_list("due_on", flat=True)[:MOST]), day)


def _deliveries(after: int, open_: Evidence) -> Iterator[Sign]:
    """The newest of each channel that were tried, against those before them."""
    place = Window(RowNumber(), partition_by=[F("channel")], order_by=F("id").desc())
    tried = Message.objects.filter(id__gt=after, state__in=_TRIED, test=False).annotate(place=place)
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for channel, state in (
        tried.filter(place__lte=2 * HALF).order_by("channel", "place").values_list("channel", "state")
    ):
        outcomes[channel].append(state == State.ACCEPTED)
    for channel, found in outcomes.items():
        both = halves(found)
        if both is not None:
            was = open_.get((Kind.DELIVERY, channel), {}).get("was")
            yield delivery(channel, *both, was)


def _complaints(after: int) -> Iterator[Sign]:
    """Of the newest messages of each channel, how many were accepted and how many of them called spam."""
    accepted = Message.objects.filter(id__gt=after, state=State.ACCEPTED, test=False).order_by()
    counted = dict(accepted.values_list("channel").annotate(count=Count("id")))
    reports = Receipt.objects.filter(
        message_id__gt=after, kind=ReceiptKind.COMPLAINED, message__state=State.ACCEPTED, message__test=False
    ).order_by()
    complained = dict(reports.values_list("message__channel").annotate(count=Count("message", distinct=True)))
    for channel, count in sorted(counted.items()):
        yield from complaints(channel, complained.get(channel, 0), count)


def _campaigns(now: datetime) -> Iterator[Sign]:
    """Launches that should have gone on by now, and those that were missed within a day."""
    late = Q(pk__in=launching().filter(due_at__lte=now - IN_TIME).order_by("due_at").values("pk")[:MOST])
    missed = Q(
        pk__in=Launch.objects.order_by("-id").values("pk")[:MOST],
        state=Launch.State.MISSED,
        finished_at__gte=now - MISSED_FOR,
    )
    columns = ("pk", "journey_id", "journey__key", "journey__title", "journey__current__definition__title")
    rows = Launch.objects.filter(late | missed).order_by("pk")
    for pk, journey, key, title, titles, due, on, state in rows.values_list(
        *columns, "due_at", "on", "state"
    ):
        told = {**_journey(journey, key, title, titles), "on": on.isoformat(), "launch": pk}
        told["due_at"] = due.isoformat() if due else None
        yield campaign(str(pk), now - due if due else timedelta(0), state == Launch.State.MISSED, told)


def _budgets(now: datetime) -> Iterator[Sign]:
    workspace = Workspace.get()
    for purse in purses_at(now, workspace):
        one = purse.budget
        told = {"name": one.name, "spent": str(purse.spent), "amount": str(one.amount), "period": one.period}
        yield budget(str(one.id), purse.spent, one.amount, told | {"currency": workspace.currency})
