"""Golden paths: `paths.yaml` beside a journey says what a person does and all that then reaches them; here it is lived.

Times are written `day 3 10:00`: days from Monday, 2 March 2026, by Warsaw's clock. The engine is the real one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.splits import held_out
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.folders import Folder, read_folder
from orchestrator.journeys.models import Enrollment, JourneyVersion
from orchestrator.journeys.publish import publish
from orchestrator.journeys.versions import version
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import MailboxMessage, Message
from orchestrator.workspace.models import Workspace
from tests.scenarios.world import World

ROOT = Path(__file__).parents[2] / "journeys"
WARSAW = ZoneInfo("Europe/Warsaw")
FIRST_DAY = date(2026, 3, 2)
ADDRESSES = {"email": "anna@example.com", "sms": "+48 600 100 200", "push": "a-device-of-anna"}
_MOMENT = re.compile(r"day ([0-9]+) ([0-9]{2}:[0-9]{2})")


@dataclass(frozen=True)
class Given:
    """Who the person is. Without anything they have an email address, and nothing else is known of them."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[str, ...] = ("email",)
    consents: tuple[str, ...] = ("email",)
    language: str = ""
    held_out: bool = False


@dataclass(frozen=True)
class Act:
    """Something the person does. `heard`: when we learn of it, if not at once."""

    on: str
    event: str
    amount: str | None = None
    heard: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """A message as it ended. `reason` of an accepted one need not be written; `says` is its subject."""

    on: str
    step: str
    template: str
    channel: str
    state: str = "accepted"
    reason: str = "accepted"
    says: str | None = None


@dataclass(frozen=True)
class Passage:
    """An enrollment and how it ended; `entry` is its key."""

    ends: str
    reason: str = ""
    entry: str = ""
    journey: str = ""


@dataclass(frozen=True)
class GoldenPath:
    """One path. `beside`: other shipped journeys that are live as well; `until`: when the clock stops."""

    name: str
    folder: str
    given: Given
    acts: tuple[Act, ...]
    until: str
    messages: tuple[Expected, ...]
    passages: tuple[Passage, ...]
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.folder}: {self.name}"


def all_paths() -> list[GoldenPath]:
    """Every path of every shipped journey. What is misspelled in a file is an error, never passed over."""
    return [path for file in sorted(ROOT.glob("*/paths.yaml")) for path in _paths(file)]


def replay(path: GoldenPath, world: World) -> tuple[list[Expected], list[Passage]]:
    """Live the path; answers all messages and all passages there are at its end."""
    for name in (path.folder, *path.beside):
        folder = read_folder(ROOT / name)
        publish(folder.journey, folder.templates, world.now)
    customer = _person(path.given, world.now)
    _settle_holdout(path, customer)
    for number, act in enumerate(path.acts):
        _advance(world, moment(act.heard or act.on))
        amount = None if act.amount is None else Decimal(act.amount)
        event = NewEvent(customer, act.event, moment(act.on), f"act-{number}", amount, act.properties)
        record([event], world.now)
    _advance(world, moment(path.until))
    return _messages(), _passages(path.folder)


def moment(written: str) -> datetime:
    """The instant of `day 3 10:00`."""
    found = _MOMENT.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no moment; write it like `day 3 10:00`")
    day = FIRST_DAY + timedelta(days=int(found[1]))
    return datetime.combine(day, time.fromisoformat(found[2]), WARSAW)


def written(instant: datetime) -> str:
    """The instant as paths write it; one that is not at a full minute shows it."""
    at = instant.astimezone(WARSAW)
    exact = at.second == 0 and at.microsecond == 0
    return f"day {(at.date() - FIRST_DAY).days} {at:%H:%M}" + ("" if exact else f":{at:%S.%f}")


def _paths(file: Path) -> Iterable[GoldenPath]:
    tree: Any = read(file.read_text(encoding="utf-8"), str(file)).plain()
    for name, found in tree["paths"].items():
        yield GoldenPath(
            name=name,
            folder=file.parent.name,
            given=Given(**{key: _frozen(value) for key, value in found.pop("given", {}).items()}),
            acts=tuple(Act(**act) for act in found.pop("acts")),
            messages=tuple(Expected(**message) for message in found.pop("messages")),
            passages=tuple(Passage(**passage) for passage in found.pop("passages")),
            **{key: _frozen(value) for key, value in found.items()},
        )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _person(given: Given, now: datetime) -> int:
    addresses = {channel: ADDRESSES[channel] for channel in given.addresses}
    person = Person(
        "anna", language=given.language, attributes=given.attributes, addresses=addresses, created_at=now
    )
    (customer,) = save([person], now).ids
    record_consents([Statement(customer, channel, "granted", "test") for channel in given.consents], now)
    return customer


def _settle_holdout(path: GoldenPath, customer: int) -> None:
    """Choose the workspace's salt so that this person is held out, or is not, as the path has it."""
    (current,) = JourneyVersion.objects.filter(journey__key=_key(path.folder)).values_list("id", flat=True)
    holdout, number = version(current).definition.holdout, 1
    while held_out(f"{uuid.UUID(int=number)}:{_key(path.folder)}", str(customer), holdout) != (
        path.given.held_out
    ):
        number += 1
    Workspace.get()
    Workspace.objects.update(salt=uuid.UUID(int=number))


def _key(folder: str) -> str:
    """Shipped journeys lie in folders of their own names; `test_shipped.py` holds it."""
    return folder


def _advance(world: World, until: datetime) -> None:
    if until < world.now:
        raise ValueError(f"{written(until)} is before {written(world.now)}; write what happens in its order")
    if until > world.now:  # what happens at one moment is pulled together
        world.run(seconds=(until - world.now).total_seconds())


def _messages() -> list[Expected]:
    subjects = dict(MailboxMessage.objects.values_list("key", "subject"))
    rows = Message.objects.order_by("final_at", "id").values_list(
        "final_at", "step", "template_version__template__key", "channel", "state", "reason", "key"
    )
    return [Expected(written(at) if at else "open", *row, says=subjects.get(key)) for at, *row, key in rows]


def _passages(own: str) -> list[Passage]:
    events = {f"event:{pk}": f"event:{place}" for place, pk in enumerate(_events(), start=1)}
    rows = Enrollment.objects.order_by("entered_at", "id").values_list(
        "status", "reason", "entry_key", "journey__key"
    )
    return [
        Passage(status, reason, events.get(entry, entry), "" if key == own else key)
        for status, reason, entry, key in rows
    ]


def _events() -> Iterable[int]:
    """The ids of all events in the order they were heard: a path names the first, whatever number it was given."""
    return Event.objects.order_by("id").values_list("id", flat=True)


def folders() -> list[Folder]:
    """The shipped journeys' folders."""
    return [read_folder(found.parent) for found in sorted(ROOT.rglob("journey.yaml"))]
