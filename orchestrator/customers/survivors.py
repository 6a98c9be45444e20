"""Who stands for a customer now: themselves, or whom they were merged into; nobody, once they are erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orchestrator.customers.locks import lock_chain
from orchestrator.customers.models import Customer


def lock_survivors(ids: Collection[int]) -> dict[int, int]:
    """Lock these customers and who stands for them; each that exists -> who that is, erased or not.

    For whoever found their ids before the lock: a merge may have been made meanwhile, and what is then written for the
    merged would never be read. One query more than the lock.
    """
    into = lock_chain(ids)
    return {id_: last(id_, into) for id_ in ids if id_ in into}


def last(id_: int, into: Mapping[int, int | None]) -> int:
    """The end of a chain of mergers. A circle, which no merge makes, ends before it closes."""
    seen = {id_}
    while (onward := into.get(id_)) is not None and onward not in seen:
        seen.add(onward)
        id_ = onward
    return id_


def survivors(ids: Collection[int]) -> dict[int, int]:
    """Each of these customers -> who stands for them now; without those who are erased, or never were.

    One query for each link of the longest chain of mergers.
    """
    followed: dict[int, int | None] = {}
    ahead = set(ids)
    while ahead:
        rows = Customer.objects.filter(id__in=ahead, erased_at=None).values_list("id", "merged_into")
        found = dict(rows)
        followed |= found
        ahead = {into for into in found.values() if into is not None} - set(followed)
    ends = {id_: _end(id_, followed) for id_ in ids}
    return {id_: end for id_, end in ends.items() if end is not None}


def named(external_ids: Collection[str]) -> dict[str, int]:
    """Each of these external ids that somebody has -> who stands for it now; without the erased. One query more."""
    asked = [one for one in external_ids if one and "\0" not in one]
    found = dict(Customer.objects.filter(external_id__in=asked).values_list("external_id", "id"))
    now = survivors(found.values())
    return {str(external): now[id_] for external, id_ in found.items() if id_ in now}


def _end(id_: int, followed: dict[int, int | None]) -> int | None:
    """The end of a chain; None where it ends with somebody erased, or in a circle."""
    seen: set[int] = set()
    while id_ in followed and id_ not in seen:
        seen.add(id_)
        into = followed[id_]
        if into is None:
            return id_
        id_ = into
    return None


def whole(ids: Collection[int]) -> set[int]:
    """These, whom they were merged into, and everybody who was merged into them."""
    found = set(ids) | set(survivors(ids).values())
    ahead = set(found)
    while ahead:
        merged = Customer.objects.filter(merged_into__in=ahead).values_list("id", flat=True)
        ahead = set(merged) - found
        found |= ahead
    return found
