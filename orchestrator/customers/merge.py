"""MERGE: two rows turn out to be one person. The survivor keeps their row, and gets all that is the other's.

Nothing starts by it: what was done is done, and only what happens from now on lets the survivor in anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from orchestrator import outside
from orchestrator.customers import joining
from orchestrator.customers.audited import note_of_people
from orchestrator.customers.locks import lock_chain
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import last
from orchestrator.domain.outside import Fact, Kind
from orchestrator.store import doorbells
from orchestrator.store.again import Busy, patiently
from orchestrator.workspace.audit import Action

TOLD = frozenset({Kind.CUSTOMER_MERGED})
MOST = 100  # numbers in one entry of the audit log


class MergeError(ValueError):
    """Who cannot be merged, and why, in words; `code` names the reason for programs. Nothing of the call is done."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


@dataclass(frozen=True, slots=True)
class Pair:
    """The ids of who stays and of who is merged into them."""

    survivor: int
    merged: int


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    erased: bool
    into: int | None


def merge(pairs: Sequence[Pair], now: datetime, by: Any = None) -> int:
    """Merge these, in the order given, in one transaction; answers how many were not merged before.

    Whoever was merged away stands for their survivor. The same merge again only gathers what came meanwhile.
    MergeError where one of them is erased or not there, where somebody would be merged into themselves, in a circle,
    or into a second survivor. Where a worker is moving one of them just now, the merge gives way and is tried again,
    for some seconds. What somebody does (`by`) is noted; what programs say of themselves by `alias` is not.
    """
    if not pairs:
        return 0
    try:
        return patiently(lambda: _merge_whole(pairs, now, by))
    except Busy as error:
        raise MergeError(
            "busy", "workers are moving these customers just now; try again in a minute"
        ) from error


def _merge_whole(pairs: Sequence[Pair], now: datetime, by: Any) -> int:
    try:
        return _merge(pairs, now, by)
    except IntegrityError:  # of a row of the survivor's that could not be seen yet; now it can
        return _merge(pairs, now, by)


def _merge(pairs: Sequence[Pair], now: datetime, by: Any) -> int:
    with transaction.atomic():
        rows = _locked({id_ for one in pairs for id_ in (one.survivor, one.merged)})
        into = _resolve(pairs, rows)
        joining.join(into, now)
        doorbells.ring(doorbells.WALK)
        new = [id_ for id_ in into if rows[id_].into is None]
        outside.say(
            TOLD, lambda: (Fact(Kind.CUSTOMER_MERGED, now, into[id_], {"merged": id_}) for id_ in new)
        )
        if by is not None:
            note_of_people(Action.MERGED, by, set(into.values()), now, len(new), merged=new[:MOST])
    return len(new)


def _locked(ids: Collection[int]) -> dict[int, _Row]:
    """These customers and who stands for them, locked."""
    found = Customer.objects.filter(id__in=lock_chain(ids)).values_list(
        "id", "external_id", "erased_at", "merged_into"
    )
    rows = {id_: _Row(external or f"#{id_}", erased is not None, to) for id_, external, erased, to in found}
    if missing := set(ids) - rows.keys():
        raise MergeError("missing", f"there is no customer with the id {min(missing)}")
    return rows


def _resolve(pairs: Sequence[Pair], rows: Mapping[int, _Row]) -> dict[int, int]:
    """Merged -> survivor for each pair, past who was merged before or is by an earlier pair."""
    into = {id_: row.into for id_, row in rows.items() if row.into is not None}
    for one in pairs:
        survivor = last(one.survivor, into)
        _refuse_wrong(one, survivor, into, rows)
        into[one.merged] = survivor
    return {one.merged: last(one.merged, into) for one in pairs}


def _refuse_wrong(pair: Pair, survivor: int, into: Mapping[int, int], rows: Mapping[int, _Row]) -> None:
    merged, name = pair.merged, rows[pair.merged].name
    if pair.survivor == merged:
        raise MergeError(
            "oneself", f"the customer {name} cannot be merged into themselves; name two customers"
        )
    if survivor == merged:
        before = f"the customer {rows[pair.survivor].name} was merged into {name} before"
        raise MergeError("circle", f"{before}: the other way round it would be a circle")
    for gone in (rows[id_].name for id_ in (survivor, merged) if rows[id_].erased):
        raise MergeError(
            "erased", f"the customer {gone} was erased at their own wish; nobody is merged with them"
        )
    if merged in into and (stands := last(merged, into)) != survivor:
        raise MergeError(
            "elsewhere",
            f"the customer {name} was merged into {rows[stands].name} before; merge that one instead",
        )
