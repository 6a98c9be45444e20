"""What a step kind is: a name, a schema, and one pure function from facts to an outcome."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from orchestrator.sdk.value import value

Path = tuple[str | int, ...]


class StepParams(BaseModel):
    """What an author may write in a step. Fields a step does not know are refused, so a typing slip is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name a step uses that must exist elsewhere: `kind` is template, step, channel, segment or journey."""

    kind: str
    name: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A message this visit of a send step has already led to, and what became of it."""

    channel: str
    state: str
    reason: str
    final_at: datetime


@dataclass(frozen=True, slots=True)
class ArrivedEvent:
    """The event that woke a waiting enrollment."""

    name: str
    occurred_at: datetime
    properties: Mapping[str, Any]


@value
class StepFacts:
    """All that a step may know about the person in front of it.

    `arrived_at`: when they reached this step; after a send, when that message was accepted. `bucket`: 0..9999,
    the same for the same person and step for ever. `reachable`: channels with an address, consent and no suppression.
    `round`: how often a step that repeats has walked its arm on this visit. `entry`: the properties of the event they
    entered by. `events`: what woke them, and what the step's `history` asked for, oldest first. `on_cap`: what the
    journey does at a cap.
    """

    arrived_at: datetime
    entered_at: datetime
    zone: ZoneInfo
    visit: int = 1
    round: int = 0
    bucket: int = 0
    rules: Mapping[str, bool] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reachable: frozenset[str] = frozenset()
    tried: tuple[Tried, ...] = ()
    events: tuple[ArrivedEvent, ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    enrollment: int = 0
    on_cap: str = "hold"


@dataclass(frozen=True, slots=True)
class Past:
    """Events a step must see before it decides: of these names, from `since` until now.

    Those that nobody has looked at yet come as well, from the person's entry on: what is heard of while somebody waits
    counts, however busy the workers are.
    """

    names: tuple[str, ...]
    since: datetime


@value
class Continue:
    """Go on to the next step. `note` is kept with the step run, for whoever asks why."""

    note: str = ""


@value
class Enter:
    """Walk into an arm; when it ends the walk goes on after this step. `because`: the event that decided it."""

    arm: str
    note: str = ""
    because: ArrivedEvent | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An event at which to decide anew. `where`: properties it must have. `of`: the step whose message it is about.

    Every event of the name wakes the step; which of them ends the wait is for `decide` to say.
    """

    event: str
    where: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""


@value
class Park:
    """Stay here until `until`, or until one of `awaited` happens (any event of the person, if `any_event`)."""

    until: datetime
    awaited: tuple[Awaited, ...] = ()
    any_event: bool = False
    note: str = ""


@value
class Send:
    """Plan one message and stay here until it is final.

    `on_cap`: what a full cap does to it (`hold`, `skip`, `fallback` or `go_to`); "": what the journey says.
    """

    channel: str
    template: str
    topic: str = ""
    priority: int | None = None
    on_cap: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Post what `StepKind.webhook` says to a system of the company's own, and stay here until that is final."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What a step posts: `body` is JSON whose texts are templates, prepared when the journey is published.

    `url_at` and `body_at`: where in the params the two stand, so that what is wrong with them is told at its line.
    """

    url: str
    event: str
    body: Any
    url_at: Path = ("url",)
    body_at: Path = ("body",)


@dataclass(frozen=True, slots=True)
class Change:
    """Set attributes of the person (None removes one), and give or take tags."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Emit:
    """Let the person have done something: an event like any other, that rules and other journeys see."""

    event: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Award:
    """Give points (or take them, below zero); one entry in the ledger for this visit of the step, whatever happens."""

    points: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """Let the person into another journey, if its door lets them. `key` tells passages apart, as an entry's does."""

    journey: str
    key: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


Effect = Change | Emit | Award | Start


@dataclass(frozen=True, slots=True)
class Act:
    """Do these things, each once for this visit of the step, and go on. What follows sees what they did."""

    effects: tuple[Effect, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the enrollment here; `reason` is a short code."""

    reason: str = "exit_step"


Outcome = Continue | Enter | Park | Send | Call | Act | Leave

P = TypeVar("P", bound=StepParams)


class StepKind(ABC, Generic[P]):
    """A kind of step. `name` is its key in the YAML, `head` the field that the key's own value fills.

    With name `wait` and head `duration`, `wait: 2 days` reads as `{duration: 2 days}`.
    """

    name: ClassVar[str]
    head: ClassVar[str]
    title: ClassVar[str] = ""
    Params: ClassVar[type[StepParams]]
    # False says that `decide` never looks at `facts.reachable`: then it need not be loaded.
    reads_reachable: ClassVar[bool] = True
    # False says that `decide` never looks at `facts.attributes` or `facts.zone`: a journey in which no step does is
    # walked without asking who its people are.
    reads_person: ClassVar[bool] = True
    # False says that `decide` never looks at `facts.bucket`: then it is 0, since to work it out takes a hash.
    reads_bucket: ClassVar[bool] = True
    # True says that the clock of where they live decides; the zone and how it is known are kept with the step run.
    reads_zone: ClassVar[bool] = False
    # The arm into which time running out leads, if any. Whoever still stands at its start, with nothing sent, is
    # turned back by an event that happened in time and is heard of a little late.
    gives_up_into: ClassVar[str] = ""

    @abstractmethod
    def decide(self, params: P, facts: StepFacts, now: datetime) -> Outcome:
        """What happens to the person now. Pure: no clock, no I/O, no randomness but `facts.bucket`."""

    def arms(self, params: P) -> Mapping[str, Path]:
        """The step's arms: name -> where in the params their list of steps stands."""
        return {}

    def rounds(self, params: P) -> int:
        """How often at most the walk comes back to this step when an arm of it ends; 0: it goes on after the step."""
        return 0

    def rules(self, params: P) -> Mapping[str, Path]:
        """The rules whose truth `decide` reads in `facts.rules`: name -> where in the params they stand."""
        return {}

    def history(self, params: P, facts: StepFacts, now: datetime) -> Past | None:
        """The events of the past that `decide` needs in `facts.events`; None for none. Each asking costs a query."""
        return None

    def references(self, params: P) -> Iterable[Reference]:
        """Names that must exist: templates, other steps, channels."""
        return ()

    def webhook(self, params: P) -> Webhook | None:
        """What the step posts where `decide` answers `Call`. `body` None: the standard body, which docs/steps.md shows."""
        return None

    def sentence(self, params: P) -> str:
        """What the step does, for the canvas and for `why`: "Wait 2 days"."""
        return self.title or self.name
