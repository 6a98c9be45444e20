"""Record what people allow and forbid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orchestrator import outside
from orchestrator.consents.models import Consent, ConsentRecord, ConsentState
from orchestrator.customers.models import Customer
from orchestrator.customers.plain import check_text, make_plain
from orchestrator.customers.survivors import lock_survivors
from orchestrator.domain.outside import Fact, Kind
from orchestrator.domain.zones import as_instant
from orchestrator.store import bulk, doorbells
from orchestrator.workspace.models import Brand
from orchestrator.workspace.sequence import take

# What is told outside. Who was asked and has not confirmed has said nothing yet.
_TURNS = {"granted": Kind.CONSENT_GRANTED, "withdrawn": Kind.CONSENT_WITHDRAWN}
TOLD = frozenset(_TURNS.values())
Place = tuple[int, int, str, str, str]  # customer, brand, channel, purpose, topic


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said about one channel and purpose, with its proof. `topic` "" speaks of all topics.

    `brand_id` None is the default brand, `recorded_at` None is now; a time in the future becomes now, or a
    granted one could outlive the withdrawal that follows it. What is said now comes after all that was said before,
    whichever machine heard that and whatever its clock said.
    """

    customer_id: int
    channel: str
    state: ConsentState | str
    source: str
    purpose: str = "marketing"
    topic: str = ""
    brand_id: int | None = None
    recorded_at: datetime | None = None
    text: str = ""
    text_version: str = ""
    language: str = ""
    legal_basis: str = "consent"
    proof: Mapping[str, Any] = field(default_factory=dict)


def record(statements: Sequence[Statement], now: datetime) -> list[int]:
    """Append these to the ledger and derive the current state; answer the records' ids, in the order given.

    The latest statement holds; of two at the same time the withdrawal; a later grant is allowed. The customers are
    locked and the numbers taken under the locks, from the sequence of the hand-offs: what left before a withdrawal
    has the smaller number. What is said for somebody merged is their survivor's. ValueError where a customer or state
    does not exist; nothing is stored then.
    """
    if not statements:
        return []
    with transaction.atomic():
        return record_locked(of_survivors(statements), now)


def record_locked(statements: Sequence[Statement], now: datetime) -> list[int]:
    """The same for those whom `of_survivors` has locked, within its transaction."""
    if not statements:
        return []
    brand = default_brand_id() if any(statement.brand_id is None for statement in statements) else 0
    numbers = take(len(statements))
    current = _current({statement.customer_id for statement in statements})
    rows = [
        _row(statement, brand, number, current, now)
        for statement, number in zip(statements, numbers, strict=True)
    ]
    answer = bulk.insert(ConsentRecord, _COLUMNS, rows, returning=("number", "id"))
    ids = {int(number): int(id_) for number, id_ in answer}
    _derive(current, _latest(rows, ids), now)
    return [ids[number] for number in numbers]


def default_brand_id() -> int:
    """The id of the brand `default`, which always exists."""
    return int(Brand.objects.values_list("id", flat=True).get(key="default"))


_SOONEST = timedelta(microseconds=1)
_COLUMNS = (
    "customer", "brand", "channel", "purpose", "topic", "state", "recorded_at", "number", "text",
    "text_version", "language", "source", "legal_basis", "proof",
)  # fmt: skip


def of_survivors(statements: Sequence[Statement]) -> list[Statement]:
    """Lock the customers, and let what is said for the merged be said for who stands for them."""
    known = lock_survivors({statement.customer_id for statement in statements})
    missing = {statement.customer_id for statement in statements} - known.keys()
    if missing:
        raise ValueError(f"there is no customer with id {min(missing)}; save the customer first")
    return [
        one if known[one.customer_id] == one.customer_id else replace(one, customer_id=known[one.customer_id])
        for one in statements
    ]


def _row(
    statement: Statement,
    brand: int,
    number: int,
    current: Mapping[Place, tuple[int, Standing]],
    now: datetime,
) -> tuple[Any, ...]:
    brand = statement.brand_id or brand
    place = (statement.customer_id, brand, statement.channel, statement.purpose, statement.topic)
    state = ConsentState(statement.state)
    at = _said_at(statement, state, current[place][1] if place in current else None, now)
    text = check_text(statement.text, "the consent's text")
    proof = make_plain(statement.proof, "proof")
    return (
        *place, str(state), at, number, text, statement.text_version, statement.language,
        check_text(statement.source, "the consent's source"), statement.legal_basis, proof,
    )  # fmt: skip


def _said_at(statement: Statement, state: ConsentState, before: Standing | None, now: datetime) -> datetime:
    """A time of its own, or now: by the clock of this machine, but never before what stands by that of another."""
    if statement.recorded_at is not None and (at := as_instant(statement.recorded_at)) < now:
        return at
    if before is None or before.recorded_at <= now:
        return now
    return before.recorded_at + (timedelta() if state is ConsentState.WITHDRAWN else _SOONEST)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in one place of the ledger."""

    state: str
    recorded_at: datetime
    record_id: int

    def yields_to(self, other: Standing) -> bool:
        """Whether `other`, recorded after this one, takes its place."""
        if self.recorded_at != other.recorded_at:
            return self.recorded_at < other.recorded_at
        return self.state != ConsentState.WITHDRAWN or other.state == ConsentState.WITHDRAWN


def _latest(rows: Sequence[tuple[Any, ...]], ids: Mapping[int, int]) -> dict[Place, Standing]:
    latest: dict[Place, Standing] = {}
    for row in rows:
        place, standing = row[:5], Standing(row[5], row[6], ids[row[7]])
        if place not in latest or latest[place].yields_to(standing):
            latest[place] = standing
    return latest


def _current(customer_ids: Collection[int]) -> dict[Place, tuple[int, Standing]]:
    """What stands of these people, with the row's id. They are locked, so nobody else writes it now."""
    return {
        (row[1], row[2], row[3], row[4], row[5]): (row[0], Standing(row[6], row[7], row[8]))
        for row in Consent.objects.filter(customer__in=customer_ids).values_list(
            "id", "customer", "brand", "channel", "purpose", "topic", "state", "changed_at", "record"
        )
    }


def _derive(
    current: Mapping[Place, tuple[int, Standing]], latest: Mapping[Place, Standing], now: datetime
) -> None:
    """Write the current states that change, and tell of those that are others than before."""
    fresh, changed, whose = [], [], set[int]()
    turned: list[tuple[Place, Standing]] = []
    for place, new in latest.items():
        values = (new.state, new.recorded_at, new.record_id)
        if place not in current:
            fresh.append((*place, *values))
        elif current[place][1].yields_to(new):
            changed.append((current[place][0], *values))
        else:
            continue
        whose.add(place[0])
        if new.state in _TURNS and (place not in current or current[place][1].state != new.state):
            turned.append((place, new))
    place_columns = ("customer", "brand", "channel", "purpose", "topic")
    bulk.insert(Consent, (*place_columns, "state", "changed_at", "record"), fresh)
    bulk.update(Consent, ("state", "changed_at", "record"), changed)
    outside.say(TOLD, lambda: (_fact(*one, now) for one in turned))
    # What they allow is among what segments and filters ask of them.
    if Customer.objects.filter(id__among=whose, changed_pending=False).update(changed_pending=True):
        doorbells.ring(doorbells.WALK)


def _fact(place: Place, standing: Standing, now: datetime) -> Fact:
    customer, brand, channel, purpose, topic = place
    said = {
        "record": standing.record_id,
        "brand": brand,
        "channel": channel,
        "purpose": purpose,
        "topic": topic,
    }
    return Fact(_TURNS[standing.state], now, customer, said)
