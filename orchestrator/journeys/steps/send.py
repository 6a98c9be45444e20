"""`send: template`: one message, on the first channel through which the person can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, PlainValidator, Tag
from pydantic.json_schema import WithJsonSchema

from orchestrator.domain.definition.fields import KeyField, Refused, StepsField
from orchestrator.domain.definition.problems import shown
from orchestrator.domain.on_cap import CAPPED, FALLBACK, GO_TO, HOLD, SKIP
from orchestrator.sdk import (
    Continue,
    Enter,
    Outcome,
    Path,
    Reference,
    Send,
    StepFacts,
    StepKind,
    StepParams,
    Tried,
)

MOST_CHANNELS = 5
ARM = "capped"
WORDS = (HOLD, SKIP, FALLBACK)
SENT = frozenset({"accepted", "unknown", "ghost"})
UNREACHED_STATES = frozenset({"rejected", "failed", "render_failed"})
# What stands in the way of one channel. What the person said of the subject, or a review of the message, stands in
# the way of all; so does a withdrawal while the message waited (`cancelled`): nobody gets an SMS for unsubscribing.
UNREACHED_REASONS = frozenset(
    {"no_address", "address_invalid", "suppressed", "no_consent", "consent_pending", "consent_withdrawn"}
)


def _each_once(channels: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(channels) <= MOST_CHANNELS:
        raise Refused(
            f"`via` names {len(channels)} channels", f"Name 1 to {MOST_CHANNELS}, like `[email, sms]`."
        )
    for index, channel in enumerate(channels):
        if channel in channels[:index]:
            raise Refused(f"`via` names `{channel}` twice", "Name each channel once.", (index,))
    return channels


def _word(value: object) -> str:
    if isinstance(value, str) and value in WORDS:
        return value
    raise Refused(
        f"{shown(value)} cannot be `on_cap`", "Use `hold`, `skip`, `fallback` or `{go_to: [steps]}`."
    )


class GoTo(BaseModel):
    """The steps for those who got no message because a cap was full."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    go_to: Annotated[StepsField, Field(min_length=1)]


OnCapField = Annotated[
    Annotated[str, PlainValidator(_word), WithJsonSchema({"enum": list(WORDS)}), Tag("word")]
    | Annotated[GoTo, Tag("steps")],
    Discriminator(lambda value: "steps" if isinstance(value, dict | GoTo) else "word"),
]


class SendParams(StepParams):
    """`via`: channels in the order of preference. `on_cap`: what a full cap does, where the journey's word is not meant."""

    template: KeyField
    via: Annotated[tuple[KeyField, ...], AfterValidator(_each_once)] = ("email",)
    topic: KeyField = ""
    priority: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    on_cap: OnCapField | None = None

    @property
    def own_on_cap(self) -> str:
        """The step's own word; "" where the journey's holds."""
        return GO_TO if isinstance(self.on_cap, GoTo) else self.on_cap or ""


class SendStep(StepKind[SendParams]):
    """Sends a template. Channels after the first are for people whom the earlier ones cannot reach."""

    name = "send"
    head = "template"
    title = "Send a message"
    Params = SendParams
    reads_person = False
    reads_bucket = False

    def decide(self, params: SendParams, facts: StepFacts, now: datetime) -> Outcome:
        """Send on the first reachable channel not tried; go on once one is sent or none is left.

        With nobody reachable and nothing tried it still sends on the first, so that the gate records why not. Into
        `capped` where no channel is left and a cap kept one of them: never past what stands in the way of all.
        """
        if not facts.tried:
            return _send(params, _first(params, facts, ()) or params.via[0])
        if any(tried.state in SENT for tried in facts.tried):
            return Continue()
        on_cap = params.own_on_cap or facts.on_cap
        if not _unreached(facts.tried[-1], on_cap):
            return Continue(note=_not_sent(facts.tried))
        if channel := _first(params, facts, {each.channel for each in facts.tried}):
            return _send(params, channel)
        if on_cap == GO_TO and any(_capped(each) for each in facts.tried):
            return Enter(ARM, note=_not_sent(facts.tried))
        return Continue(note=_not_sent(facts.tried))

    def arms(self, params: SendParams) -> Mapping[str, Path]:
        """`capped`, if it is written."""
        return {ARM: ("on_cap", "go_to")} if isinstance(params.on_cap, GoTo) else {}

    def references(self, params: SendParams) -> Iterable[Reference]:
        """The template, its channels, its topic."""
        yield Reference("template", params.template, ("template",))
        for index, channel in enumerate(params.via):
            yield Reference("channel", channel, ("via", index))
        if params.topic:
            yield Reference("topic", params.topic, ("topic",))

    def sentence(self, params: SendParams) -> str:
        """Send “we_miss_you” by sms, else push."""
        return f"Send “{params.template}” by {', else '.join(spoken(channel) for channel in params.via)}"


def _first(params: SendParams, facts: StepFacts, tried: Collection[str]) -> str:
    """The first channel through which they can be reached and that is not tried; "" for none."""
    for channel in params.via:
        if channel in facts.reachable and channel not in tried:
            return channel
    return ""


def _send(params: SendParams, channel: str) -> Send:
    return Send(channel, params.template, params.topic, params.priority, params.own_on_cap)


def spoken(channel: str) -> str:
    """A channel's name in a sentence: SMS, email."""
    return "SMS" if channel == "sms" else channel.replace("_", " ")


def _unreached(tried: Tried, on_cap: str) -> bool:
    """Whether the message did not arrive for a reason another channel may not have. Its time is over on all of them."""
    if _capped(tried):
        return on_cap in (FALLBACK, GO_TO)
    if tried.state == "expired":
        return tried.reason == "never_allowed"  # quiet hours are a channel's own
    return tried.state in UNREACHED_STATES or (tried.state == "skipped" and tried.reason in UNREACHED_REASONS)


def _capped(tried: Tried) -> bool:
    return tried.state == "skipped" and tried.reason in CAPPED


def _not_sent(tried: tuple[Tried, ...]) -> str:
    return "not sent: " + "; ".join(
        f"{spoken(each.channel)} {each.state.replace('_', ' ')}"
        + (f" ({each.reason})" if each.reason else "")
        for each in tried
    )
