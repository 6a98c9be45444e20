"""STAIRCASE: look at an audience before anything is sent: set-based, with the gate's own facts and checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.audiences import Launched, zone_of_launch
from orchestrator.domain.schedules import moment_on
from orchestrator.domain.splits import held_out
from orchestrator.domain.staircase import Person, Staircase, climb
from orchestrator.messaging.facts import load, read_people, zone_of
from orchestrator.messaging.rows import Claimed
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import following, matching
from orchestrator.workspace.models import Brand, Workspace

BATCH = 2000
_NUMBERS = count(1)  # messages that are only imagined are told apart by these


@dataclass(frozen=True, slots=True)
class Imagined:
    """What would be sent: the journey with its audience, the step's channels and topic, and the first moment."""

    definition: Definition
    trigger: Launched
    via: tuple[str, ...]
    topic: str

    @classmethod
    def of(cls, definition: Definition, trigger: Launched) -> Imagined:
        """The first send of a journey. ValueError if it has none."""
        sends = (definition.step(id_).params for id_ in definition.step_ids())
        send = next((params for params in sends if getattr(params, "template", "")), None)
        if send is None:
            raise ValueError("the journey sends nothing")
        return cls(definition, trigger, send.via, send.topic or definition.topic)  # type: ignore[attr-defined]


def staircase(imagined: Imagined, now: datetime) -> Staircase:
    """Count everybody of the audience as it is at `now`; nothing is written."""
    answer, workspace, after = Staircase(), Workspace.get(), 0
    brand = int(Brand.objects.values_list("id", flat=True).get(key=imagined.definition.brand or "default"))
    scope = Scope(CUSTOMERS, now, ZoneInfo(workspace.time_zone), brand)
    rule = imagined.trigger.who
    while ids := following(Customer, rule, scope, after, BATCH) if rule else _everybody(after):
        for person in _climb(imagined, ids, scope, workspace, now):
            answer.add(person)
        after = ids[-1]
    return answer


def _everybody(after: int) -> list[int]:
    return list(Customer.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])


def _climb(
    imagined: Imagined, ids: Sequence[int], scope: Scope, workspace: Workspace, now: datetime
) -> Iterator[Person]:
    people = {id_: person for id_, person in read_people(ids).items() if not person.gone}
    rule = imagined.definition.entry.only_if
    let_in = matching(Customer, list(people), rule, scope) if rule else set(people)
    zone = zone_of_launch(imagined.trigger, workspace.time_zone)
    moments = {}
    for id_ in let_in:
        theirs = zone or zone_of(people[id_], workspace).zone
        on = imagined.trigger.next_on(now.date()) or now.date()
        moments[id_] = max(now, moment_on(on, imagined.trigger.at, theirs))
    messages = [
        _message(imagined, id_, via, scope.brand_id, moments[id_], workspace)
        for id_ in moments
        for via in imagined.via
    ]
    facts = load(messages, now).facts
    options: dict[int, list[Claimed]] = {}
    for message in messages:
        options.setdefault(message.customer_id, []).append(message)
    for id_ in ids:
        if id_ not in moments:
            yield Person("audience", "only_if" if id_ in people else "customer_gone")
            continue
        yield climb([(one.candidate, facts[one.id]) for one in options[id_]], moments[id_])


def _message(
    imagined: Imagined, customer: int, channel: str, brand: int, at: datetime, workspace: Workspace
) -> Claimed:
    """The message as the outbox would hold it at its moment."""
    definition = imagined.definition
    marketing = definition.purpose == "marketing"
    salt = f"{workspace.salt}:{definition.key}"
    return Claimed(
        id=-next(_NUMBERS), key="", customer_id=customer, brand_id=brand, enrollment_id=None, journey=definition.key,
        version=0, step="", template_version_id=0, channel=channel, purpose=definition.purpose, topic=imagined.topic,
        priority=definition.priority, journey_at=at, parameters={},
        held_out=held_out(salt, str(customer), definition.holdout), obeys_caps=marketing,
        counts_toward_caps=marketing, on_cap=definition.on_cap, state="planned", reason="", created_at=at, due_at=at,
        expires_at=at + definition.expires.approximate, first_held_at=None, fence=0, maybe_sent=False, crash_count=0,
        attempts=0, counted_at=None, address="", address_digest="", provider="",
    )  # fmt: skip
