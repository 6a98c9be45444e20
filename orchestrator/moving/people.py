"""PEOPLE: who is meant by a contact of an old system; whoever is known by an id or an address is never added again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.suppress import suppressed
from orchestrator.customers.known import EXTERNAL, find, standing
from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.customers.save import save, save_known
from orchestrator.customers.survivors import lock_survivors
from orchestrator.domain.wording import Words
from orchestrator.moving.contacts import Contact, Who
from orchestrator.store import bulk

ERASED = Words("its owner was erased at their own wish; they are not added again")
UNKNOWN = Words("nobody is known by its id or address; move the people in first")


@dataclass(slots=True)
class Known:
    """Customers by id and by address; those who were erased, by either."""

    by_id: dict[str, int] = field(default_factory=dict)
    by_address: dict[tuple[str, str], int] = field(default_factory=dict)
    erased_ids: set[str] = field(default_factory=set)
    erased_addresses: set[tuple[str, str]] = field(default_factory=set)

    def is_erased(self, who: Who) -> bool:
        """Whether one of their ids or addresses was that of somebody erased."""
        return not self.erased_ids.isdisjoint(who.ids) or not self.erased_addresses.isdisjoint(who.digests)

    def id_of(self, who: Who) -> int | None:
        """The customer: by the company's own id, by the old system's, then by an address in the order of the channels."""
        ids = (self.by_id.get(one) for one in who.ids)
        addresses = (self.by_address.get(one) for one in who.digests)
        return next((one for one in (*ids, *addresses) if one is not None), None)


def known(people: Collection[Who]) -> Known:
    """Look all of them up: a handful of queries for any number."""
    answer = Known()
    for (_, value), one in find({(EXTERNAL, id_) for who in people for id_ in who.ids}).items():
        if one.erased:
            answer.erased_ids.add(value)
        else:
            answer.by_id[value] = one.id
    wanted = {address for who in people for address in who.digests}
    reasons = suppressed(wanted)
    answer.erased_addresses = {one for one, why in reasons.items() if why == SuppressionReason.ERASURE}
    answer.by_address = _owners(wanted)
    return answer


def held(people: Collection[Who]) -> Known:
    """The same, and nobody of them is merged or erased until the transaction ends."""
    before = known(people)
    lock_survivors({id_ for one in people if (id_ := before.id_of(one)) is not None})
    return known(people)


def _owners(wanted: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Who has each address; of several the one who was known first."""
    rows = list(
        Address.objects.filter(digest__in={one for _, one in wanted}).values_list(
            "channel", "digest", "customer"
        )
    )
    now = {id_: one for id_, one in standing({row[2] for row in rows}).items() if not one.erased}
    found: dict[tuple[str, str], int] = {}
    for channel, mark, customer in rows:
        if customer in now and (channel, mark) in wanted:
            place = (channel, mark)
            found[place] = min(now[customer].id, found.get(place, now[customer].id))
    return found


@dataclass(frozen=True, slots=True)
class Stored:
    """`ids`: each contact's customer, None for one that was refused with `refused[index]`."""

    ids: tuple[int | None, ...]
    refused: Mapping[int, str]
    added: int
    changed: int


def store(contacts: Sequence[Contact], now: datetime) -> Stored:
    """Add who is nobody yet and save what is said of all, in the caller's transaction. The later row wins."""
    there = held([one.who for one in contacts])
    refused = {index: ERASED for index, one in enumerate(contacts) if there.is_erased(one.who)}
    fresh, old = _sorted(contacts, there, refused)
    added = save([replace(contacts[at].person, external_id=id_) for at, id_ in fresh], now)
    changed = save_known([(id_, contacts[at].person) for at, id_ in old], now)
    ids: list[int | None] = [None] * len(contacts)
    for (at, _), id_ in zip((*fresh, *old), (*added.ids, *changed.ids), strict=True):
        ids[at] = id_
    _link([(one.who, id_) for one, id_ in zip(contacts, ids, strict=True) if id_ is not None], now)
    return Stored(tuple(ids), refused, added.created, added.updated + changed.updated)


def _sorted(
    contacts: Sequence[Contact], there: Known, refused: Mapping[int, str]
) -> tuple[list[tuple[int, str]], list[tuple[int, int]]]:
    """Contacts of new people with their external id, and those of people who are known with their customer.

    Two rows that share an id or an address are one person, though neither is known before.
    """
    fresh: list[tuple[int, str]] = []
    old: list[tuple[int, int]] = []
    given: dict[object, str] = {}
    for at, one in enumerate(contacts):
        if at in refused:
            continue
        if (id_ := there.id_of(one.who)) is not None:
            old.append((at, id_))
            continue
        names = (*one.who.ids, *one.who.digests)
        new_id = next((given[name] for name in names if name in given), one.who.new_id)
        given.update(dict.fromkeys(names, new_id))
        fresh.append((at, new_id))
    return fresh, old


def _link(people: Sequence[tuple[Who, int]], now: datetime) -> None:
    """Let the old system's ids lead to their customers: its other files name people by these alone."""
    asked = {id_: customer for who, customer in people for id_ in who.ids}
    taken = set(Customer.objects.filter(external_id__in=asked).values_list("external_id", flat=True))
    rows = [(EXTERNAL, id_, customer, now) for id_, customer in sorted(asked.items()) if id_ not in taken]
    bulk.insert(Identity, ("kind", "value", "customer", "created_at"), rows, ignore_conflicts=True)
