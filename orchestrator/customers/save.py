"""Save people: those we know are changed, the others are added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from orchestrator.customers.addresses import digest
from orchestrator.customers.keys import mark
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person, Problem, check
from orchestrator.customers.survivors import lock_survivors
from orchestrator.domain.wording import Words
from orchestrator.store import bulk, doorbells

__all__ = ["Person", "Problem", "Saved", "save", "save_known"]


@dataclass(frozen=True, slots=True)
class Saved:
    """`ids`: each person's customer, in the order given. `updated`: known customers in whom anything changed.

    `fresh`: those among the ids whom this call has added.
    """

    ids: tuple[int, ...]
    created: int
    updated: int
    problems: tuple[Problem, ...] = ()
    fresh: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Draft:
    """One customer as this call leaves them: people of one external id folded together, later ones on top."""

    token: str
    external_id: str | None
    language: str = ""
    country: str = ""
    time_zone: str = ""
    last_seen_zone: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    addresses: dict[tuple[str, str], None] = field(default_factory=dict)
    created_at: datetime | None = None


def save(people: Sequence[Person], now: datetime) -> Saved:
    """Store these people; a few hundred to 5,000 a call, in one transaction, in a handful of statements.

    Matching goes by `external_id`, following merges; one of None is always somebody new. New attributes win, None
    removes one, empty language, country or zone changes nothing; the earliest `created_at` stays. Addresses are
    added, never taken away. An erased customer is left as they are, and named in `problems`.
    ValueError names the first person that cannot be stored; nothing is stored then.
    In a transaction of your own call this before any verb that locks customers, else two could wait in a circle.
    """
    checked = _check_all(people)
    drafts = _fold([person for person, _ in checked])
    unique = list({draft.token: draft for draft in drafts}.values())
    with transaction.atomic():
        ids, created = _find_or_add(unique, now)
        standing = lock_survivors(ids.values())  # somebody may have been merged since we found them
        ids = {token: standing.get(id_, id_) for token, id_ in ids.items()}
        updated, erased = _merge(
            [(ids[draft.token], draft) for draft in unique if draft.token not in created], now
        )
        _add_addresses([(ids[draft.token], draft) for draft in unique if ids[draft.token] not in erased], now)
        if created or updated:
            doorbells.ring(doorbells.WALK)
    answer = tuple(ids[draft.token] for draft in drafts)
    problems = [problem for _, found in checked for problem in found]
    problems += [Problem(at, "external_id", _ERASED) for at, id_ in enumerate(answer) if id_ in erased]
    return Saved(answer, len(created), updated, tuple(problems), frozenset(ids[token] for token in created))


def save_known(people: Sequence[tuple[int, Person]], now: datetime) -> Saved:
    """The same for customers named by their numbers, whatever ids they have; one transaction.

    Whoever was merged since they were found is written to as who stands for them now.
    """
    checked = [
        (id_, *check(replace(person, external_id=None), at)) for at, (id_, person) in enumerate(people)
    ]
    drafts = _fold([replace(person, external_id=str(id_)) for id_, person, _ in checked])
    unique = {int(draft.token): draft for draft in drafts}
    with transaction.atomic():
        ids = lock_survivors(unique.keys())
        known = [(ids[id_], draft) for id_, draft in unique.items() if id_ in ids]
        updated, erased = _merge(known, now)
        _add_addresses([(id_, draft) for id_, draft in known if id_ not in erased], now)
    answer = tuple(ids.get(id_, id_) for id_, _, _ in checked)
    return Saved(answer, 0, updated, tuple(problem for *_, found in checked for problem in found))


_ERASED = Words("this customer was erased at their own wish; nothing was stored")


def _check_all(people: Sequence[Person]) -> list[tuple[Person, tuple[Problem, ...]]]:
    checked = []
    for index, person in enumerate(people):
        try:
            checked.append(check(person, index))
        except ValueError as error:
            raise ValueError(
                f"person {index + 1} of {len(people)} ({person.external_id or 'new'}): {error}"
            ) from error
    return checked


def _fold(people: Iterable[Person]) -> list[_Draft]:
    """One draft for each person; people who share an external id share one."""
    drafts: list[_Draft] = []
    known: dict[str, _Draft] = {}
    for person in people:
        token = person.external_id or f"new:{uuid4().hex}"
        draft = known.setdefault(token, _Draft(token, person.external_id)) if person.external_id else None
        draft = draft or _Draft(token, None)
        draft.language = person.language or draft.language
        draft.country = person.country or draft.country
        draft.time_zone = person.time_zone or draft.time_zone
        draft.last_seen_zone = person.last_seen_zone or draft.last_seen_zone
        draft.attributes.update(person.attributes)
        draft.addresses.update(dict.fromkeys(person.addresses.items()))
        draft.created_at = min(filter(None, (person.created_at, draft.created_at)), default=None)
        drafts.append(draft)
    return drafts


def _find_or_add(drafts: Sequence[_Draft], now: datetime) -> tuple[dict[str, int], set[str]]:
    """Every draft's customer, and the tokens of those added now. Two saves of one new person add one customer."""
    ids = _find([draft.external_id for draft in drafts if draft.external_id])
    ids |= _find_erased(
        [draft.external_id for draft in drafts if draft.external_id and draft.token not in ids]
    )
    missing = sorted((draft for draft in drafts if draft.token not in ids), key=lambda draft: draft.token)
    added = _add(missing, now)
    ids |= added
    late = [draft.token for draft in missing if draft.token not in added]
    return ids | _find(late), set(added)


def _find_erased(external_ids: Sequence[str]) -> dict[str, int]:
    """Of names that nobody has, those of people who were erased: they are known by the hash alone."""
    marks = {mark(external_id): external_id for external_id in external_ids}
    return {marks[known]: id_ for known, id_ in _find(list(marks)).items()}


def _find(external_ids: Sequence[str]) -> dict[str, int]:
    rows = Customer.objects.filter(external_id__in=external_ids).values_list(
        "external_id", "id", "merged_into"
    )
    found = {str(external_id): (id_, survivor) for external_id, id_, survivor in rows}
    ids = {external_id: id_ for external_id, (id_, _) in found.items()}
    merged = {external_id: survivor for external_id, (_, survivor) in found.items() if survivor}
    for _ in range(10):  # a survivor may have been merged again
        if not merged:
            break
        ids |= merged
        onward: Mapping[int, int | None] = dict(
            Customer.objects.filter(id__in=merged.values()).values_list("id", "merged_into")
        )
        merged = {token: onward[id_] for token, id_ in merged.items() if onward.get(id_)}  # type: ignore[misc]
    return ids


_COLUMNS = (
    "external_id", "language", "country", "time_zone", "last_seen_zone", "attributes", "personalization",
    "created_at", "updated_at", "changed_pending",
)  # fmt: skip


def _add(drafts: Sequence[_Draft], now: datetime) -> dict[str, int]:
    """Insert these; token -> id of those that were not there. Nameless ones wear their token until they are told apart."""
    rows = [
        (
            draft.token, draft.language, draft.country, draft.time_zone, draft.last_seen_zone,
            _present(draft.attributes), "full", draft.created_at or now, now, True,
        )
        for draft in drafts
    ]  # fmt: skip
    answer = bulk.insert(Customer, _COLUMNS, rows, ignore_conflicts=True, returning=("external_id", "id"))
    added = {str(token): int(id_) for token, id_ in answer}
    nameless = [added[draft.token] for draft in drafts if draft.external_id is None]
    if nameless:
        Customer.objects.filter(id__in=nameless).update(external_id=None)
    return added


def _merge(known: Sequence[tuple[int, _Draft]], now: datetime) -> tuple[int, set[int]]:
    """Write what the drafts change; answer how many changed, and the ids of the erased, which never do."""
    ids = lock([id_ for id_, _ in known])
    current = {customer.pk: customer for customer in Customer.objects.filter(id__in=ids)}
    erased = {id_ for id_, customer in current.items() if customer.erased_at}
    touched: dict[int, bool] = {}  # id -> whether the journeys must look at them anew
    for id_, draft in known:
        customer = current.get(id_)
        if customer is not None and id_ not in erased:
            before = _seen_by_journeys(customer)
            if _apply(customer, draft):
                touched[id_] = touched.get(id_, False) or before != _seen_by_journeys(customer)
    bulk.update(
        Customer,
        _CHANGED,
        [_row(current[id_], now, looked_for) for id_, looked_for in touched.items()],
    )
    return len(touched), erased


_CHANGED = (
    "language", "country", "time_zone", "last_seen_zone", "attributes", "created_at", "updated_at", "changed_pending",
)  # fmt: skip


def _seen_by_journeys(customer: Customer) -> tuple[Any, ...]:
    """All that a rule can ask of the customer's own row, and what their hours go by."""
    return (
        customer.attributes, customer.language, customer.country, customer.time_zone, customer.last_seen_zone,
    )  # fmt: skip


def _apply(customer: Customer, draft: _Draft) -> bool:
    before = (*_seen_by_journeys(customer), customer.created_at)
    customer.language = draft.language or customer.language
    customer.country = draft.country or customer.country
    customer.time_zone = draft.time_zone or customer.time_zone
    customer.last_seen_zone = draft.last_seen_zone or customer.last_seen_zone
    customer.attributes = _present({**customer.attributes, **draft.attributes})
    customer.created_at = min(filter(None, (customer.created_at, draft.created_at)))
    return before != (*_seen_by_journeys(customer), customer.created_at)


def _row(customer: Customer, now: datetime, look: bool) -> tuple[Any, ...]:
    return (
        customer.pk, customer.language, customer.country, customer.time_zone, customer.last_seen_zone,
        customer.attributes, customer.created_at, now, customer.changed_pending or look,
    )  # fmt: skip


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _add_addresses(known: Sequence[tuple[int, _Draft]], now: datetime) -> None:
    rows = [
        (id_, channel, value, digest(channel, value), now, "")
        for id_, draft in sorted(known, key=lambda pair: pair[0])
        for channel, value in draft.addresses
    ]
    columns = ("customer", "channel", "value", "digest", "created_at", "invalid_reason")
    bulk.insert(Address, columns, rows, ignore_conflicts=True)
