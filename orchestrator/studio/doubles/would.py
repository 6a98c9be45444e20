"""WOULD: what a merge of two people would do, said before it is done. It is only read; the merge itself decides by the same
functions (`domain/merging.py`, and of consents `consents/record.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.consents.models import Consent
from orchestrator.consents.record import Standing
from orchestrator.customers.models import Customer
from orchestrator.domain.merging import OWN_LIMITS, Passing, doubled, earlier, filled, later, stricter
from orchestrator.journeys.models import Enrollment
from orchestrator.studio import words
from orchestrator.studio.doubles.side import Known, called, say_orders, say_place
from orchestrator.studio.numbers import grouped

MOST = 1000  # active passages of both that are looked at


def survivor(both: Sequence[Customer], known: Known) -> Customer:
    """Who stays unless somebody says otherwise: who has an id of the company's, then who ordered more, then the older row."""
    return min(
        both,
        key=lambda one: (not one.external_id, -known.orders.get(one.pk, (0, 0))[0], one.created_at, one.pk),
    )


def say(stays: Customer, goes: Customer, known: Known) -> list[tuple[str, str]]:
    """Each thing that would be otherwise, by name. One query more."""
    return [
        (_("Stays"), called(stays)),
        (_("Attributes"), _attributes(stays, goes)),
        *_addresses(stays, goes, known),
        *_consents(stays, goes, known),
        *_wishes(stays, goes),
        (_("Orders"), say_orders(known, stays.pk, goes.pk) or _("none")),
        (_("Journeys"), _journeys(stays, goes)),
    ]


def _attributes(stays: Customer, goes: Customer) -> str:
    after = filled(stays.attributes, goes.attributes)
    taken = [words.spaced(name) for name in after if name not in stays.attributes]
    lost = [
        words.spaced(name)
        for name, value in goes.attributes.items()
        if name in stays.attributes and after[name] != value
    ]
    told = [_("taken from the other: %(names)s") % {"names": ", ".join(taken)}] if taken else []
    told += [_("the other's values go: %(names)s") % {"names": ", ".join(lost)}] if lost else []
    return "; ".join(told) or _("stay as they are")


def _addresses(stays: Customer, goes: Customer, known: Known) -> Iterator[tuple[str, str]]:
    """By channel: which one is written to, and how many there are. The survivor's newest usable one goes before."""
    mine, theirs = known.addresses[stays.pk], known.addresses[goes.pk]
    dead = {(row.channel, row.digest) for row in [*mine, *theirs] if row.invalid_at} | known.blocked
    for channel in sorted({row.channel for row in [*mine, *theirs]}):
        rows = [row for row in [*mine, *theirs] if row.channel == channel]
        usable = [row.value for row in rows if (channel, row.digest) not in dead]
        count = len({row.digest for row in rows})
        told = ngettext("%(count)s address", "%(count)s addresses", count) % {"count": grouped(count)}
        used = _("written to: %(address)s") % {"address": usable[0]} if usable else _("none is written to")
        yield words.channel(channel), f"{told}; {used}"


def _consents(stays: Customer, goes: Customer, known: Known) -> Iterator[tuple[str, str]]:
    """What holds afterwards: the latest word, and of two at one moment the withdrawal."""
    standing: dict[tuple[Any, ...], Consent] = {_place(row): row for row in known.consents[stays.pk]}
    for row in known.consents[goes.pk]:
        mine = standing.get(_place(row))
        if mine is None or _standing(mine).yields_to(_standing(row)):
            standing[_place(row)] = row
    for row in standing.values():
        yield say_place(row), _("%(state)s holds") % {"state": row.get_state_display()}


def _place(row: Consent) -> tuple[Any, ...]:
    return row.brand_id, row.channel, row.purpose, row.topic


def _standing(row: Consent) -> Standing:
    return Standing(row.state, row.changed_at, row.record_id)


def _wishes(stays: Customer, goes: Customer) -> Iterator[tuple[str, str]]:
    """The stricter of what each asked for."""
    personal = stricter(stays.personalization, goes.personalization)
    yield _("Personalization"), dict(_choices("personalization"))[personal]
    if limit := stricter(stays.own_limit, goes.own_limit, OWN_LIMITS):
        yield _("At most one marketing message"), dict(_choices("own_limit"))[limit]
    if until := later(stays.paused_until, goes.paused_until):
        yield _("No marketing until"), words.moment(until)
    if since := earlier(stays.restricted_at, goes.restricted_at):
        yield _("Only kept, not used, since"), words.moment(since)


def _choices(field: str) -> list[tuple[str, str]]:
    found: Any = Customer._meta.get_field(field)
    return [(code, str(said)) for code, said in found.choices]


def _journeys(stays: Customer, goes: Customer) -> str:
    """Of two passages through one journey the later ends."""
    active = Enrollment.objects.filter(customer__in=(stays.pk, goes.pk), status=Enrollment.Status.ACTIVE)
    columns = ("id", "journey_id", "customer_id", "entry_key", "once_key", "entered_at")
    rows: Any = active.order_by("id").values_list(*columns)[:MOST]
    passages = [
        Passing(id_, journey, customer, entry, once, True, entered)
        for id_, journey, customer, entry, once, entered in rows
    ]
    if not passages:
        return _("neither is in one")
    ends = len(doubled(passages, {goes.pk: stays.pk}))
    told = {"go_on": grouped(len(passages) - ends), "ends": grouped(ends)}
    return _("passages that go on: %(go_on)s; that end, since both are in the same journey: %(ends)s") % told
