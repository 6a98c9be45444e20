"""SIDE BY SIDE: what is known of two people, line by line, and in what they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.consents.models import Consent, Suppression
from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.domain.orders import PLACED, ZERO
from orchestrator.events.models import Event
from orchestrator.events.net_sql import Stands, left
from orchestrator.studio import person, words
from orchestrator.studio.numbers import grouped

MOST = 200  # addresses, ids and consents of one of them that are shown
Both = tuple[Customer, Customer]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is known of either: `mark` is "same", "differs", or "" where one of them has none."""

    name: str
    one: str
    other: str
    mark: str

    @property
    def word(self) -> str:
        """The mark in words, for whoever sees no colours."""
        return {"same": _("the same"), "differs": _("differs")}.get(self.mark, "")


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of two people, each list by customer; `orders`: how many count, and what is left of them."""

    addresses: Mapping[int, list[Address]]
    blocked: frozenset[tuple[str, str]]
    consents: Mapping[int, list[Consent]]
    ids: Mapping[int, list[Identity]]
    orders: Mapping[int, tuple[int, Decimal]]


def read(both: Both, now: datetime) -> Known:
    """Five queries, whoever they are."""
    ids = [one.pk for one in both]
    addresses = _by(ids, Address.objects.filter(customer__in=ids).order_by("channel", "-id")[: 2 * MOST])
    digests = {one.digest for mine in addresses.values() for one in mine}
    blocked = Suppression.objects.filter(digest__in=digests).values_list("channel", "digest")
    consents = Consent.objects.filter(customer__in=ids).select_related("brand")
    return Known(
        addresses,
        frozenset(blocked),
        _by(ids, consents.order_by("channel", "purpose", "topic", "brand")[: 2 * MOST]),
        _by(ids, Identity.objects.filter(customer__in=ids).order_by("id")[: 2 * MOST]),
        {id_: (count, total or ZERO) for id_, count, total in _orders(ids, now)},
    )


def _orders(ids: Sequence[int], now: datetime) -> QuerySet[Any]:
    """Net, as everywhere: what was cancelled is none, and what was given back is taken off."""
    standing = Event.objects.filter(Stands(now), customer__in=ids, name=PLACED, occurred_at__lte=now)
    return standing.order_by().values_list("customer").annotate(n=Count("id"), sum=left(now))


def _by(ids: Sequence[int], rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {id_: [] for id_ in ids}
    for row in rows:
        found[row.customer_id].append(row)
    return found


def lines(both: Both, known: Known) -> list[Line]:
    """Who they are, how they are reached, what they said, and what they bought: all that is known of either."""
    told = (*_plain(both), *_attributes(both), *_lists(both, known))
    return [line for line in told if line.one or line.other]


def called(one: Customer) -> str:
    """A person so that two of one name are told apart: their name, and your id of them or ours."""
    id_ = one.external_id or f"#{one.pk}"
    return str(one) if str(one) == id_ else f"{one} ({id_})"


def _plain(both: Both) -> Iterator[Line]:
    one, other = both
    yield _line(_("External id"), one.external_id or "", other.external_id or "")
    yield _line(_("Customer since"), *(words.moment(each.created_at) for each in both))
    yield _line(_("Language"), *(person.language(each.language) if each.language else "" for each in both))
    yield _line(_("Country"), one.country, other.country)


def _attributes(both: Both) -> Iterator[Line]:
    one, other = (each.attributes for each in both)
    for name in dict.fromkeys([*one, *other]):
        yield _line(words.spaced(name), *(_shown(each.get(name)) for each in (one, other)))


def _lists(both: Both, known: Known) -> Iterator[Line]:
    channels = sorted({row.channel for mine in known.addresses.values() for row in mine})
    for channel in channels:
        yield _line(
            words.channel(channel),
            *("\n".join(_addresses(known, each.pk, channel)) for each in both),
        )
    said = {each.pk: dict(map(_consent, known.consents[each.pk])) for each in both}
    for name in dict.fromkeys(name for mine in said.values() for name in mine):
        yield _line(name, *(said[each.pk].get(name, "") for each in both))
    yield _line(_("Further ids"), *("\n".join(map(str, known.ids[each.pk])) for each in both))
    yield _line(_("Orders"), *(say_orders(known, each.pk) for each in both))


def _addresses(known: Known, customer: int, channel: str) -> Iterator[str]:
    for row in known.addresses[customer]:
        if row.channel != channel:
            continue
        told = [_("blocked")] if (row.channel, row.digest) in known.blocked else []
        told += [_("found invalid")] if row.invalid_at else []
        yield f"{row.value} ({', '.join(told)})" if told else row.value


def _consent(row: Consent) -> tuple[str, str]:
    return say_place(row), str(row.get_state_display())


def say_place(row: Consent) -> str:
    """What a consent is about: channel, purpose, topic and brand."""
    told = [words.channel(row.channel), words.purpose(row.purpose), row.topic, str(row.brand)]
    return " · ".join(one for one in told if one)


def say_orders(known: Known, *customers: int) -> str:
    """How many orders count, and what is left of them together."""
    found = [known.orders.get(id_, (0, ZERO)) for id_ in customers]
    count, total = sum(one for one, _total in found), sum((one for _count, one in found), ZERO)
    if not count:
        return ""
    told = {"count": grouped(count), "sum": formats.number_format(total, 2, force_grouping=True)}
    return ngettext("%(count)s order, of %(sum)s", "%(count)s orders, of %(sum)s in all", count) % told


def _shown(value: Any) -> str:
    return "" if value is None else str(words.shown(value))


def _line(name: str, one: str, other: str) -> Line:
    mark = "" if not (one and other) else "same" if one == other else "differs"
    return Line(name, one, other, mark)
