"""Requests of people in words: what the list says at its top, how each stands, and what is left to do with one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.customers.models import Customer, PrivacyRequest
from orchestrator.customers.privacy import SURE
from orchestrator.domain.answering import Standing, standing
from orchestrator.studio import words
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.requests import name_of

YEAR = timedelta(days=365)
MOST = 10_000
MOST_SHOWN = 10
TITLES: dict[str, Any] = {
    Standing.OVERDUE: gettext_lazy("overdue"),
    Standing.SOON: gettext_lazy("due within 7 days"),
    Standing.OPEN: gettext_lazy("in time"),
    Standing.CLOSED: gettext_lazy("dealt with"),
}
TONES = {
    Standing.OVERDUE: "danger",
    Standing.SOON: "warning",
    Standing.OPEN: "info",
    Standing.CLOSED: "success",
}
_State = PrivacyRequest.State


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of the list. `sentence` says it all; the figures beside it lead to their rows."""

    sentence: str
    overdue: int
    soon: int
    open: int
    nearest: str
    days: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the way of a request, done or left."""

    text: str
    done: bool


def stands(one: PrivacyRequest, day: date) -> Standing:
    """How a request stands on a day."""
    return standing(one.due_on, one.closed_at is not None, day)


@dataclass(frozen=True, slots=True)
class Asks:
    """What stands of requests on a customer's page."""

    open: list[tuple[str, str, str, str]]  # what is asked for, its page, its tone, until when
    may_add: bool


def of_customer(customer: Customer, reader: Any, now: datetime) -> Asks | None:
    """Their open requests, to whoever may see requests; one query."""
    if not reader.has_perm("customers.view_privacyrequest"):
        return None
    day = timezone.localdate(now)
    rows = PrivacyRequest.objects.filter(customer=customer, closed_at=None).order_by("due_on")[:MOST_SHOWN]
    told = [
        (
            str(one.get_kind_display()),
            url_of("customers_privacyrequest", one.pk),
            TONES[stands(one, day)],
            say_stand(one, day),
        )
        for one in rows
    ]
    known = customer.erased_at is None and customer.merged_into_id is None
    return Asks(told, known and bool(reader.has_perm("customers.add_privacyrequest")))


def summary(now: datetime) -> Summary:
    """Two queries, of the open ones and of what was answered within a year."""
    day = timezone.localdate(now)
    due = list(
        PrivacyRequest.objects.filter(closed_at=None).order_by("due_on").values_list("due_on", flat=True)
    )
    how = [standing(one, False, day) for one in due]
    overdue, soon = how.count(Standing.OVERDUE), how.count(Standing.SOON)
    nearest = formats.date_format(due[0]) if due else ""
    answered = _days_to_answer(now)
    days = grouped(round(median(answered))) if answered else ""
    return Summary(_sentence(len(due), overdue, nearest, days), overdue, soon, len(due), nearest, days)


def _sentence(count: int, overdue: int, nearest: str, days: str) -> str:
    told = {"count": grouped(count), "overdue": grouped(overdue), "nearest": nearest}
    if not count:
        said = _("No request of a person is open.")
    else:
        said = ngettext(
            "%(count)s request of a person is open; the nearest deadline is %(nearest)s.",
            "%(count)s requests of people are open; the nearest deadline is %(nearest)s.",
            count,
        )
        said = said % told
    if overdue:
        late = ngettext("%(overdue)s is overdue.", "%(overdue)s are overdue.", overdue) % told
        said = f"{said} {late}"
    if days:
        said += " " + _("In the last 12 months half of them were answered within %(days)s days.") % {
            "days": days
        }
    return said


def _days_to_answer(now: datetime) -> list[int]:
    """From receipt to answer, of what was done or refused within a year."""
    rows = PrivacyRequest.objects.filter(
        closed_at__gte=now - YEAR, state__in=(_State.DONE, _State.REFUSED)
    ).order_by("-closed_at")
    pairs = rows.values_list("received_on", "closed_at")[:MOST]
    return [
        max(0, (timezone.localdate(closed) - received).days)
        for received, closed in pairs
        if closed is not None
    ]


def say_stand(one: PrivacyRequest, day: date) -> str:
    """ "Due on 4 January 2027, in 12 days." """
    told = {"due": formats.date_format(one.due_on)}
    if one.closed_at is not None:
        return _closed(one)
    days = (one.due_on - day).days
    counted = told | {"days": grouped(abs(days))}
    if days < 0:
        late = ngettext(
            "It was due on %(due)s, %(days)s day ago.", "It was due on %(due)s, %(days)s days ago.", -days
        )
        return late % counted
    if days == 0:
        return _("It is due today, %(due)s.") % told
    return (
        ngettext("It is due on %(due)s, in %(days)s day.", "It is due on %(due)s, in %(days)s days.", days)
        % counted
    )


def _closed(one: PrivacyRequest) -> str:
    told = {"when": words.moment(one.closed_at), "who": name_of(one.closed_by) if one.closed_by_id else ""}
    said = {
        _State.DONE: _("Done on %(when)s") % told,
        _State.REFUSED: _("Refused on %(when)s") % told,
        _State.WITHDRAWN: _("Withdrawn by the person on %(when)s") % told,
    }[_State(one.state)]
    return words.stopped(said + (_(", by %(who)s") % told if told["who"] else ""))


def steps(one: PrivacyRequest) -> list[Step]:
    """What was done with it and what is left, in order."""
    closed = one.closed_at is not None
    known = one.customer_id is not None or one.identity_at is not None or closed
    return [
        Step(_("Find out whose request it is"), known),
        Step(_("Make sure who asks"), one.identity_at is not None),
        Step(
            _("Take it into your hands"), one.taken_by_id is not None or (closed and one.state == _State.DONE)
        ),
        Step(_("Do what is asked for, or say why not"), closed),
    ]


def facts(one: PrivacyRequest) -> Iterable[tuple[str, str]]:
    """What stands in the request, without what nobody has said."""
    yield _("Received"), f"{formats.date_format(one.received_on)}, {one.get_came_by_display()}"
    yield _("Written down"), _by(one.made_by, one.made_at)
    if one.identity_at is not None:
        how = f"{one.identity} · " if one.identity else ""
        yield _("Identity checked"), how + _by(one.identity_by, one.identity_at)
    if one.taken_by_id is not None:
        yield _("In the hands of"), name_of(one.taken_by)
    if one.extended_on is not None:
        told = [formats.date_format(one.extended_on), one.extended_told, one.extended_why]
        yield _("Extended by two months; told on"), " · ".join(filter(None, told))
    if one.refusal:
        yield _("Why it was refused"), one.get_refusal_display()
    if one.answer:
        yield _("What they were told"), one.answer
    yield from _result(one)


def _result(one: PrivacyRequest) -> Iterable[tuple[str, str]]:
    names = {
        "sha256": _("Checksum of the file (SHA-256)"),
        "rows": _("Rows in the file"),
        "erased": _("Erased"),
        "corrected": _("What was corrected"),
        "withdrawals": _("Withdrawals in the ledger"),
        "restricted": _("Restricted"),
        "lifted": _("Restriction lifted"),
    }
    for name, value in one.result.items():
        yield str(names.get(name, words.spaced(name))), words.shown(value)


def _by(who: Any, at: datetime) -> str:
    return f"{words.moment(at)}, {name_of(who)}" if who is not None else words.moment(at)


def is_sure(one: PrivacyRequest) -> bool:
    """Whether it is sure who asks, and it is still to be answered."""
    return one.state in SURE and one.closed_at is None
