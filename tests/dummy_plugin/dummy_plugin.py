"""A plugin that uses all eleven hooks and remembers how it was called. It imports the sdk and nothing else of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from orchestrator.sdk import (
    Accepted,
    Act,
    Award,
    BlockingProvider,
    Channel,
    ConditionKind,
    Connected,
    EnrollmentChange,
    Fact,
    Message,
    MessageOutcome,
    Outcome,
    Park,
    Path,
    Provider,
    Recommender,
    Request,
    Result,
    SmsContent,
    Source,
    StepFacts,
    StepKind,
    StepParams,
    Veto,
    check_secret,
    hookimpl,
)

# (what was called, with what), in order; tests empty it.
SEEN: list[tuple[str, Any]] = []


class PauseParams(StepParams):
    """`hours`: how long; `skip`: a rule that makes it short."""

    hours: int
    skip: dict[str, Any] | None = None


class Pause(StepKind[PauseParams]):
    """Holds somebody for some hours, then gives a point for each; who need not wait gets one."""

    name = "dummy_pause"
    head = "hours"
    title = "Pause"
    Params = PauseParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: PauseParams, facts: StepFacts, now: datetime) -> Outcome:
        """Park, then act."""
        hours = 1 if facts.rules.get("skip") else params.hours
        until = facts.arrived_at + timedelta(hours=hours)
        return Park(until) if now < until else Act((Award(hours, "patience"),))

    def rules(self, params: PauseParams) -> Mapping[str, Path]:
        """`skip`, if it is written."""
        return {"skip": ("skip",)} if params.skip is not None else {}

    def sentence(self, params: PauseParams) -> str:
        """Pause for 3 hours."""
        return f"Pause for {params.hours} hours"


class Regular(ConditionKind):
    """`{dummy_regular: 2}`: ordered at least so often."""

    name = "dummy_regular"

    def expand(self, value: Any) -> Mapping[str, Any]:
        """Orders, counted."""
        if type(value) is not int or not 1 <= value <= 1000:
            raise ValueError("say how often, such as `2`")
        return {"event": "order.placed", "count": {"at_least": value}}


def backwards(value: object) -> str:
    """The text from its end."""
    return ("" if value is None else str(value))[::-1]


class Newest(Recommender):
    """The same for everybody."""

    name = "dummy_newest"

    def recommend(
        self, customers: Sequence[Mapping[str, Any]], limit: int, now: datetime
    ) -> Sequence[Sequence[str]]:
        """The newest first."""
        return [["new-2", "new-1"][:limit] for _ in customers]


def pager_number(value: str) -> str:
    """P and digits: “p-7” is P7."""
    number = value.strip().upper().replace("-", "")
    if number[:1] != "P" or not number[1:].isdecimal():
        raise ValueError("a pager's number is P and digits")
    return number


class DummyMail(BlockingProvider):
    """Takes everything, in the delivery thread."""

    name = "dummy_mail"
    channel = "email"
    max_batch = 10
    threads = 0

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Taken, and remembered by its provider's name."""
        SEEN.append((f"send {self.name}", [(m.recipient, m.content) for m in messages]))
        return [Accepted(f"{self.name}-{number}") for number, _ in enumerate(messages, 1)]


class DummySpare(DummyMail):
    """Another one of the same channel."""

    name = "dummy_spare"


class DummyPager(DummyMail):
    """For the channel that the plugin brings."""

    name = "dummy_pager"
    channel = "pager"


@hookimpl
def register_channels() -> Iterable[Channel]:
    """A channel of its own."""
    return [Channel("pager", "Pager", SmsContent, pager_number)]


@hookimpl
def register_providers() -> Iterable[Provider]:
    """Two for email, one for the pager."""
    return [DummyMail(), DummySpare(), DummyPager()]


@hookimpl
def register_steps() -> Iterable[StepKind[Any]]:
    """dummy_pause."""
    return [Pause()]


@hookimpl
def register_conditions() -> Iterable[ConditionKind]:
    """dummy_regular."""
    return [Regular()]


@hookimpl
def register_template_filters() -> Mapping[str, Callable[..., Any]]:
    """dummy_backwards."""
    return {"dummy_backwards": backwards}


@hookimpl
def register_recommenders() -> Iterable[Recommender]:
    """dummy_newest."""
    return [Newest()]


class DummyShop(Source):
    """A secret in a header, and nobody told of anything."""

    name, title = "dummy_shop", "Dummy shop"

    def verify(self, request: Request, connected: Connected) -> None:
        """By the header x-secret."""
        check_secret(request.headers.get("x-secret", ""), connected.secrets)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """Nothing."""
        return ()


@hookimpl
def register_sources() -> Iterable[Source]:
    """dummy_shop."""
    return [DummyShop()]


@hookimpl
def choose_provider(channel: str, candidates: Sequence[str], failing: frozenset[str]) -> str | None:
    """The spare one, where there is one."""
    SEEN.append(("choose_provider", (channel, tuple(candidates), failing)))
    return "dummy_spare" if "dummy_spare" in candidates else None


@hookimpl
def review_messages(messages: Sequence[Message], now: datetime) -> Iterable[Veto]:
    """Nothing with the word “forbidden” leaves."""
    SEEN.append(("review_messages", ([m.recipient for m in messages], now)))
    return [Veto(m.key, "a forbidden word") for m in messages if "forbidden" in str(m.content)]


@hookimpl
def messages_settled(messages: Sequence[MessageOutcome]) -> None:
    """Remember."""
    SEEN.append(("messages_settled", list(messages)))


@hookimpl
def enrollments_changed(changes: Sequence[EnrollmentChange]) -> None:
    """Remember."""
    SEEN.append(("enrollments_changed", list(changes)))
