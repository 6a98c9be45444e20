"""PERMISSIONS: what people allowed and forbade the old system, written into our ledger with its proof.

A grant whose time nobody knows is older than all else that is known of its person: it is dated by when the old system met
them, else by UNDATED, so that whatever they said at a time that is known holds against it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from orchestrator.consents.models import Consent, ConsentRecord, ConsentState
from orchestrator.consents.record import Statement, default_brand_id
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.consents.take_over import take_over
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address
from orchestrator.customers.survivors import lock_survivors
from orchestrator.domain.systems import title
from orchestrator.moving.contacts import Allowed, Blocked, Who

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
Said = tuple[
    int, str, Allowed, datetime | None
]  # customer, system, what, since when the old system knows them


def allow(said: Sequence[Said], now: datetime) -> Mapping[str, int]:
    """Record it; counts `consents`, and `consents_kept`: grants that changed nothing since the person had withdrawn."""
    if not said:
        return {}
    lock_survivors({one[0] for one in said})
    listed = {one[0] for one in said if one[2].listed}
    standing, heard = _granted_there(listed), _heard(listed)
    fresh = [one for one in said if not _is_heard(one, heard)]
    taken = take_over([_statement(*one, standing) for one in fresh], now)
    return {"consents": taken.recorded, "consents_kept": taken.kept}


Standing = Mapping[tuple[int, str], tuple[str, datetime]]


def _statement(
    customer: int, system: str, one: Allowed, since: datetime | None, standing: Standing
) -> Statement:
    proof: dict[str, object] = {"system": title(system), "columns": dict(one.columns)}
    at = one.at
    if at is None and one.state == ConsentState.GRANTED:
        at = since or UNDATED
        proof["dated"] = "the file does not say when; taken to be before all else that is known"
    if one.listed and (customer, one.channel) in standing:
        granted_by, granted_at = standing[customer, one.channel]
        # The list says that they are out now, and both files are the old system's: its own grant ends with it.
        if granted_by.startswith(f"{system}: ") and (at is None or at < granted_at):
            at = granted_at
    source = _source(system, one)
    return Statement(customer, one.channel, one.state, source, recorded_at=at, text=one.text, proof=proof)


def _source(system: str, one: Allowed) -> str:
    return f"{system}: {one.source}"[:63]


Heard = Mapping[tuple[int, str, str], datetime]


def _heard(customers: Collection[int]) -> Heard:
    """When each source was last heard to say that somebody is out."""
    rows = ConsentRecord.objects.filter(
        customer__in=customers, brand=default_brand_id(), purpose="marketing", state=ConsentState.WITHDRAWN
    ).values_list("customer", "channel", "source", "recorded_at")
    found: dict[tuple[int, str, str], datetime] = {}
    for customer, channel, source, at in rows:
        found[customer, channel, source] = max(at, found.get((customer, channel, source), at))
    return found


def _is_heard(said: Said, heard: Heard) -> bool:
    """The same list was read before: what it moved to a later time then is not said a second time."""
    customer, system, one, _ = said
    last = heard.get((customer, one.channel, _source(system, one)))
    return one.listed and last is not None and (one.at is None or one.at <= last)


def _granted_there(customers: Collection[int]) -> Standing:
    """The marketing consents that stand, with their sources and times."""
    rows = Consent.objects.filter(
        customer__in=customers,
        brand=default_brand_id(),
        purpose="marketing",
        topic="",
        state=ConsentState.GRANTED,
    ).values_list("customer", "channel", "record__source", "changed_at")
    return {(customer, channel): (source, at) for customer, channel, source, at in rows}


def block(blocked: Sequence[tuple[Who, int | None, Blocked]], now: datetime) -> Mapping[str, int]:
    """Enter addresses in the list of those never to use; whose they are need not be known.

    Where a file names somebody by an id alone, every address of theirs on that channel is meant: doubt is a no.
    """
    nameless = {id_ for who, id_, one in blocked if id_ is not None and one.channel not in who.addresses}
    owned = _owned(nameless)
    entries = [
        Entry(one.channel, mark, one.reason, detail=one.detail)
        for who, id_, one in blocked
        for mark in _marks(who, id_, one.channel, owned)
    ]
    return {"suppressions": suppress(entries, now) if entries else 0}


def _marks(
    who: Who, customer: int | None, channel: str, owned: Mapping[tuple[int, str], list[str]]
) -> list[str]:
    if channel in who.addresses:
        return [digest(channel, who.addresses[channel])]
    return owned.get((customer, channel), []) if customer is not None else []


def _owned(customers: Collection[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    rows = Address.objects.filter(customer__in=customers).order_by("id") if customers else ()
    for one in rows:
        found.setdefault((one.customer_id, one.channel), []).append(one.digest)
    return found
