"""LOAD FACTS for the gate: a handful of set-based queries for a whole batch, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from orchestrator import registry
from orchestrator.consents.models import Suppression, SuppressionReason
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.frequency import Counted, longest_of, own_cap
from orchestrator.domain.gate_facts import AddressFact, ConsentFact, Facts, Passage, Person
from orchestrator.domain.gate_facts import Candidate as Rival
from orchestrator.domain.outbox import State
from orchestrator.domain.policy import MARKETING, SYSTEM
from orchestrator.domain.splits import held_out
from orchestrator.domain.zones import ZoneChoice, choose_zone
from orchestrator.messaging.consented import consents_of
from orchestrator.messaging.limits import Limits
from orchestrator.messaging.models import Message
from orchestrator.messaging.past import OURS, past_counted
from orchestrator.messaging.rows import CANDIDATE_COLUMNS, Claimed
from orchestrator.sdk.value import value
from orchestrator.segments.guards import guarded
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

# Rivals are messages that wait for the same slots; one that waits for something else takes nobody's slot.
_WAITING = ("", "quiet_hours", "minimum_gap", "capped", "outranked", "rate_limited", "deferred")


@value
class PersonRow:
    """What delivery knows of a customer."""

    language: str
    country: str
    time_zone: str
    last_seen_zone: str
    attributes: dict[str, Any]
    personalization: str
    erased_at: datetime | None
    merged_into_id: int | None
    external_id: str | None
    restricted_at: datetime | None = None
    paused_until: datetime | None = None
    own_limit: str = ""

    @property
    def gone(self) -> str:
        """Why nothing may be sent to this row at all."""
        return "erased" if self.erased_at else "merged" if self.merged_into_id else ""

    @property
    def fact(self) -> Person:
        """What the gate is told of it."""
        return Person(self.gone, self.restricted_at is not None, self.paused_until)


class Owned(NamedTuple):
    """An address somebody has."""

    customer: int
    channel: str
    value: str
    digest: str
    invalid_at: datetime | None
    invalid_reason: str
    id: int


Suppressed = dict[tuple[str, str, int | None], str]  # (channel, digest, brand or None for all) -> the reason


@value
class Loaded:
    """Facts by message id, and the people by customer id, for composing."""

    facts: dict[int, Facts]
    people: dict[int, PersonRow]
    limits: Limits


def load(messages: Sequence[Claimed], now: datetime) -> Loaded:
    """Read the facts of a batch as they are now. At the gate this runs after the locks, in statements of its own."""
    limits = Limits.read()
    customer_ids = sorted({message.customer_id for message in messages})
    people = read_people(customer_ids)
    owned = _owned(messages)
    suppressed = _suppressions(owned)
    addresses = _addresses(owned, suppressed)
    consents = consents_of(messages)
    own = {id_: own_cap(person.own_limit) for id_, person in people.items() if person.own_limit}
    longest = max([limits.longest_window, *(longest_of(cap) for cap in own.values())])
    counted = _counted(customer_ids, addresses, now - longest)
    marketed = {one.customer_id for one in messages if one.purpose == MARKETING}
    guards = guarded(marketed, limits.guards() if marketed else (), limits.workspace.time_zone, now)
    rivals = _rivals(customer_ids, now) if any(message.obeys_caps for message in messages) else {}
    passages = _passages(messages, now)
    # What is the same for many is worked out once.
    kinds = {(message.channel, message.purpose) for message in messages}
    paused = {channel: limits.paused(channel) for channel, _ in kinds}
    quiet = {kind: limits.quiet(*kind) for kind in kinds}
    salt, holdout, gap = str(limits.workspace.salt), limits.workspace.holdout, limits.minimum_gap
    facts = {}
    for message in messages:
        person = people.get(message.customer_id)
        zone = zone_of(person, limits.workspace)
        address = _where(message, addresses)
        facts[message.id] = Facts(
            zone=zone.zone,
            zone_rung=zone.rung,
            zone_rejected=zone.rejected,
            paused=paused[message.channel],
            stopped=limits.stopped(message.brand_id, message.channel) if limits.workspace.stopped else None,
            person=person.fact if person is not None else Person("missing"),
            passage=passages.get(message.id, Passage()),
            address=address,
            suppressed=_suppression_of(suppressed, message, address),
            consent=consents.get(
                (message.customer_id, message.brand_id, message.channel, message.topic), ConsentFact()
            ),
            guards=guards.get(message.customer_id, ()),
            workspace_held_out=held_out(salt, str(message.customer_id), holdout),
            quiet=quiet[message.channel, message.purpose],
            minimum_gap=gap,
            caps=(*limits.caps, own[message.customer_id]) if message.customer_id in own else limits.caps,
            counted=_of(counted, message, address),
            rivals=tuple(rival for rival in rivals.get(message.customer_id, ()) if rival.id != message.id),
        )
    return Loaded(facts, people, limits)


def zone_of(person: PersonRow | None, workspace: Workspace) -> ZoneChoice:
    """The ladder of SEMANTICS §3: attribute, last device, country, workspace."""
    if person is None:
        return _zone(None, None, None, workspace.time_zone)
    return _zone(person.time_zone, person.last_seen_zone, person.country, workspace.time_zone)


_zone = lru_cache(maxsize=4096)(choose_zone)  # people are many, the words for where they live are few


def read_people(ids: Collection[int]) -> dict[int, PersonRow]:
    """Customers by id; those that are not there are missing from the answer."""
    return {row[0]: PersonRow(*row[1:]) for row in _people().rows(ids=ids)} if ids else {}


@prepared
def _people() -> QuerySet[Any]:
    columns = tuple(PersonRow.__dataclass_fields__)
    return Customer.objects.filter(id__among=Given("ids")).values_list("id", *columns)


def _owned(messages: Sequence[Claimed]) -> list[Owned]:
    """All addresses of these people on these channels, the oldest first."""
    rows = _addresses_of().rows(
        customers={message.customer_id for message in messages},
        channels={message.channel for message in messages},
    )
    return sorted((Owned(*row) for row in rows), key=lambda address: address.id)


def _addresses(owned: Sequence[Owned], suppressed: Suppressed) -> dict[tuple[int, str], AddressFact]:
    """The newest usable address a channel; where none is usable, the newest with its reason.

    Where a person has several at once, one that is gone gives way to another: an old phone to the new one. Elsewhere
    the newest has taken the older ones' place, and if it bounces, they are not written to again. An address whose owner
    complained or objected gives way to none: their wish must not be evaded by writing elsewhere.
    """
    channels = registry.current().channels
    several = {name for name, channel in channels.items() if channel.several}

    def usable(address: Owned) -> bool:
        bounced = suppressed.get((address.channel, address.digest, None)) == SuppressionReason.BOUNCE
        return address.invalid_at is None and not (bounced and address.channel in several)

    answer: dict[tuple[int, str], AddressFact] = {}
    # Those that are of no use first, then by age: the last one written stays.
    for address in sorted(owned, key=usable):
        reason = (address.invalid_reason or "invalid") if address.invalid_at else ""
        answer[address.customer, address.channel] = AddressFact(address.value, address.digest, reason)
    return answer


@prepared
def _addresses_of() -> QuerySet[Any]:
    addresses = Address.objects.filter(
        customer_id__among=Given("customers"), channel__among=Given("channels")
    )
    return addresses.values_list(
        "customer_id", "channel", "value", "digest", "invalid_at", "invalid_reason", "id"
    )


def _where(message: Claimed, addresses: Mapping[tuple[int, str], AddressFact]) -> AddressFact | None:
    """The person's address, or the one that a message to a system brings; no person's digest is that one's."""
    if message.purpose == SYSTEM:
        return AddressFact(message.address, "")
    return addresses.get((message.customer_id, message.channel))


def _suppressions(addresses: Sequence[Owned]) -> Suppressed:
    digests = {address.digest for address in addresses}
    channels = {address.channel for address in addresses}
    rows = _suppressed().rows(channels=channels, digests=digests)
    return {(channel, digest, brand): reason for channel, digest, brand, reason in rows}


@prepared
def _suppressed() -> QuerySet[Any]:
    suppressed = Suppression.objects.filter(channel__among=Given("channels"), digest__among=Given("digests"))
    return suppressed.values_list("channel", "digest", "brand_id", "reason")


def _suppression_of(suppressed: Suppressed, message: Claimed, address: AddressFact | None) -> str:
    if address is None:
        return ""
    everywhere = suppressed.get((message.channel, address.digest, None), "")
    return everywhere or suppressed.get((message.channel, address.digest, message.brand_id), "")


@value
class _Counted:
    by_customer: dict[int, dict[int, Counted]]
    by_address: dict[str, dict[int, Counted]]


def _counted(
    customer_ids: Sequence[int], addresses: dict[tuple[int, str], AddressFact], since: datetime
) -> _Counted:
    digests = {address.digest for address in addresses.values()}
    rows = _counted_since().rows(customers=customer_ids, digests=digests, since=since)
    answer = _Counted(defaultdict(dict), defaultdict(dict))
    for id_, customer, digest, at, channel, topic, brand, system in rows:
        if at is None:
            continue
        one = Counted(at, channel, topic, str(brand), system)
        answer.by_customer[customer][id_] = one
        if digest:
            answer.by_address[digest][id_] = one
    return answer


@prepared
def _counted_since() -> QuerySet[Any]:
    counted = Message.objects.filter(counted_at__gt=Given("since"), counts_toward_caps=True).values_list(
        "id", "customer_id", "address_digest", "counted_at", "channel", "topic", "brand_id", OURS
    )
    # Two halves, each by its index: with an OR, SQLite would read all that was ever counted. What is in both comes
    # twice, and is told by its id. So it is with what the system before us sent, whose numbers are below 0.
    past = past_counted()
    return counted.filter(customer_id__among=Given("customers")).union(
        counted.filter(address_digest__among=Given("digests")),
        past.filter(customer_id__among=Given("customers")),
        past.filter(address_digest__among=Given("digests")),
        all=True,
    )


def _of(counted: _Counted, message: Claimed, address: AddressFact | None) -> tuple[Counted, ...]:
    """What counts against this message: all of the customer's and the address's, but not its own reservation."""
    own = counted.by_customer.get(message.customer_id, {})
    shared = counted.by_address.get(address.digest, {}) if address else {}
    return tuple(one for id_, one in {**own, **shared}.items() if id_ != message.id)


def _rivals(customer_ids: Sequence[int], now: datetime) -> dict[int, list[Rival]]:
    answer: dict[int, list[Rival]] = defaultdict(list)
    for row in _waiting_too().rows(customers=customer_ids, now=now):
        rival = Rival(*row)
        answer[rival.customer_id].append(rival)
    return answer


@prepared
def _waiting_too() -> QuerySet[Any]:
    waiting = Message.objects.filter(
        customer_id__among=Given("customers"),
        state__in=(State.PLANNED, State.RETRY_WAIT, State.LEASED),
        obeys_caps=True,
        counts_toward_caps=True,
        held_out=False,
        counted_at=None,
        reason__in=_WAITING,
        expires_at__gt=Given("now"),
    )
    waiting = waiting.filter(Q(due_at__lte=Given("now")) | Q(first_held_at__isnull=False))
    return waiting.values_list(*CANDIDATE_COLUMNS)


def _passages(messages: Sequence[Claimed], now: datetime) -> dict[int, Passage]:
    answer: dict[int, Passage] = {}
    for loader in registry.passage_loaders:
        answer.update(loader(messages, now))
    return answer
