"""BY HAND: somebody lets people into a journey, or takes them out, by their external ids; each of them is answered for.

In batches, each one transaction: killed in the middle and run again with the same key, it goes on with the others, and
answers for those who came in the first time as it did then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.customers.locks import lock
from orchestrator.customers.survivors import named
from orchestrator.domain.definition.audiences import ApiTrigger
from orchestrator.journeys.doorstep import keep
from orchestrator.journeys.enroll import Candidate, ask, let_in
from orchestrator.journeys.enter import EnterError, door_of
from orchestrator.journeys.leaving import leave, unsent
from orchestrator.journeys.models import Doorstep, Enrollment, Journey
from orchestrator.journeys.versions import Live
from orchestrator.store import doorbells

MOST = 10_000
BATCH = 1000
BY_HAND = "hand:"
TAKEN_OUT = "taken_out"  # the reason that the passage keeps
LONGEST_ID, LONGEST_KEY = 100, 64
LET_IN, INSIDE, HELD_OUT, UNKNOWN, TURNED_AWAY = "let_in", "inside", "held_out", "unknown", "turned_away"
NOT_INSIDE = "not_inside"
# Journeys in which somebody may be more than once at a time: each key is a passage of its own.
_SEVERAL = frozenset({"always", "per_key", "per_property"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one id. `reason`: why they were turned away. `customer`: who stands for it now, if anybody."""

    external_id: str
    said: str
    reason: str = ""
    customer: int | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a list concerns, before anything is done."""

    known: int
    unknown: int
    inside: int
    messages: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """An answer for each id, how many messages were cancelled, and how many are with a worker just now."""

    answers: tuple[Answer, ...]
    cancelled: int
    under_way: int


def let_in_by_hand(journey: str, external_ids: Sequence[str], key: str, now: datetime) -> tuple[Answer, ...]:
    """Let them in, each at most once for the key; EnterError where the journey lets nobody in like this.

    The filter, the re-entry rule and the limits of the door hold as for everybody.
    """
    check_many(external_ids)
    if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isalnum()):
        raise EnterError("bad_key", f"the key must be 1 to {LONGEST_KEY} letters and digits")
    door = door_of(journey)
    _check_door(door)
    answers: dict[str, Answer] = {}
    for ids in _batches(external_ids):
        with transaction.atomic():
            answers |= {one.external_id: one for one in _let_in(door, ids, f"{BY_HAND}{key}", now)}
            doorbells.ring(doorbells.WALK)
    return tuple(answers[one] for one in external_ids)


def take_out(journey: Journey, external_ids: Sequence[str], now: datetime) -> TakenOut:
    """End their passages through the journey, and cancel what is unsent of theirs. Done twice it finds nobody inside."""
    check_many(external_ids)
    answers: dict[str, Answer] = {}
    cancelled = under_way = 0
    for ids in _batches(external_ids):
        people = _people(ids)
        with transaction.atomic():
            left = leave(_inside(journey.pk, people.values()), TAKEN_OUT, now)
            gone = _customers(left.enrollments)
        for id_ in ids:
            said = UNKNOWN if id_ not in people else TAKEN_OUT if people[id_] in gone else NOT_INSIDE
            answers[id_] = Answer(id_, said, customer=people.get(id_))
        cancelled, under_way = cancelled + left.cancelled, under_way + left.under_way
    return TakenOut(tuple(answers[one] for one in external_ids), cancelled, under_way)


def concerned(journey: Journey, external_ids: Sequence[str]) -> Concerned:
    """How many people it is about; nothing is done."""
    check_many(external_ids)
    known = unknown = inside = messages = 0
    for ids in _batches(external_ids):
        people = _people(ids)
        passages = list(_inside(journey.pk, people.values()).values_list("id", "customer_id"))
        known, unknown = known + len(set(people.values())), unknown + len(ids) - len(people)
        inside += len({customer for _, customer in passages})
        messages += unsent([id_ for id_, _ in passages])
    return Concerned(known, unknown, inside, messages)


def check_many(external_ids: Sequence[str]) -> None:
    """EnterError where there are none, or more than can be answered for at once."""
    if not external_ids:
        raise EnterError("nobody", "the list names nobody: write one external id a line")
    if len(external_ids) > MOST:
        raise EnterError(
            "too_many", f"the list names {len(external_ids)}; at most {MOST} at a time: split it"
        )


def _check_door(door: Live) -> None:
    """A door that only calls open, each of which must say something, cannot be opened by an id alone."""
    triggers = door.definition.entry.triggers
    calls = [one for one in triggers if isinstance(one, ApiTrigger) and one.requires]
    if calls and len(calls) == len(triggers):
        raise EnterError(
            "needs_properties",
            f"the journey “{door.key}” needs {', '.join(calls[0].requires)} of whoever enters: let them in by the API",
        )


def _batches(external_ids: Sequence[str]) -> Iterator[list[str]]:
    """Each id once."""
    once = list(dict.fromkeys(external_ids))
    for begin in range(0, len(once), BATCH):
        yield once[begin : begin + BATCH]


def _people(external_ids: Collection[str]) -> dict[str, int]:
    """By external id who stands for it now; ids that nobody has are missing."""
    return named([one for one in external_ids if len(one) <= LONGEST_ID])


def _inside(journey_id: int, customers: Collection[int]) -> QuerySet[Enrollment]:
    active = Enrollment.objects.filter(journey_id=journey_id, status=Enrollment.Status.ACTIVE)
    return active.filter(customer_id__in=set(customers))


def _customers(enrollments: Sequence[int]) -> set[int]:
    return set(Enrollment.objects.filter(id__in=enrollments).values_list("customer_id", flat=True))


def _let_in(door: Live, ids: Sequence[str], key: str, now: datetime) -> Iterator[Answer]:
    """One batch: the same who is asked for under two ids is let in once."""
    lock(_people(ids).values())  # whoever is being merged just now is merged first
    people = _people(ids)
    before = _by_key(door, people.values(), key)
    kept = set() if door.definition.entry.again.kind in _SEVERAL else _there(door, people.values())
    new = sorted(set(people.values()) - before.keys() - kept)
    asked = ask([Candidate(door, customer, key) for customer in new], now)
    keep(asked.turned_away, now)
    let_in(asked.welcome, now)
    came = _by_key(door, new, key)
    stopped = _stopped(door, set(new) - came.keys(), key)
    filtered = {one.customer_id for one in asked.turned_away}
    for id_ in ids:
        yield _answer(id_, people.get(id_), before | came, kept, filtered, stopped)


def _answer(
    external_id: str,
    customer: int | None,
    came: Mapping[int, bool],
    inside: Collection[int],
    filtered: Collection[int],
    stopped: Mapping[int, str],
) -> Answer:
    if customer is None:
        return Answer(external_id, UNKNOWN)
    if customer in came:
        return Answer(external_id, HELD_OUT if came[customer] else LET_IN, customer=customer)
    if customer in inside:
        return Answer(external_id, INSIDE, customer=customer)
    reason = "only_if" if customer in filtered else stopped.get(customer, "again")
    return Answer(external_id, TURNED_AWAY, reason, customer)


def _by_key(door: Live, customers: Collection[int], key: str) -> dict[int, bool]:
    """Who came in by this key, and whether they are held out."""
    rows = Enrollment.objects.filter(
        journey_id=door.journey_id, customer_id__in=set(customers), entry_key=key
    )
    return dict(rows.values_list("customer_id", "held_out"))


def _there(door: Live, customers: Collection[int]) -> set[int]:
    return set(_inside(door.journey_id, customers).values_list("customer_id", flat=True))


def _stopped(door: Live, customers: Collection[int], key: str) -> dict[int, str]:
    """The limit for which they wait at the door, or were turned away just now."""
    rows = Doorstep.objects.filter(journey_id=door.journey_id, customer_id__in=set(customers), entry_key=key)
    return dict(rows.exclude(reason="").order_by("id").values_list("customer_id", "reason"))
