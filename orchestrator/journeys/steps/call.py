"""`call: https://…`: a webhook to a system of the company's own, delivered like a message and waited for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema

from orchestrator.domain import outbound
from orchestrator.domain.definition.fields import EventField, Refused
from orchestrator.messaging.content import limits
from orchestrator.messaging.content.webhook import spelled
from orchestrator.sdk import Call, Continue, Leave, Outcome, StepFacts, StepKind, StepParams, Tried, Webhook

FAILED = "call_failed"
DONE = frozenset({"accepted", "ghost"})


def _url(written: str) -> str:
    """Only its shape: where it may lead is asked when it is published, and again whenever it is called."""
    try:
        outbound.target(written)
    except outbound.Forbidden as error:
        raise Refused(error.what, error.mend) from None
    return written


def _body(written: Any) -> Any:
    try:
        size = len(spelled(written).encode())
    except ValueError:
        raise Refused("the body is no JSON", "Write texts, numbers, lists and mappings.") from None
    if size > limits.WEBHOOK_BYTES:
        raise Refused(f"the body has {size:,} bytes, and {limits.WEBHOOK_BYTES:,} is the most", "Shorten it.")
    return written


class CallParams(StepParams):
    """`body`: any JSON whose texts are templates; left out, the standard body. `on_failure: exit` ends the passage."""

    url: Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
    event: EventField = "journey.call"
    body: Annotated[Any, AfterValidator(_body)] = None
    on_failure: Literal["continue", "exit"] = "continue"


class CallStep(StepKind[CallParams]):
    """Calls once for each visit, and stays until that is final. For people held out of the journey nothing is called."""

    name = "call"
    head = "url"
    title = "Call a system"
    Params = CallParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: CallParams, facts: StepFacts, now: datetime) -> Outcome:
        """Call; then go on, or leave where nobody has confirmed the call and the author wants that."""
        if not facts.tried:
            return Call()
        last = facts.tried[-1]
        if last.state in DONE:
            return Continue()
        return Leave(FAILED) if params.on_failure == "exit" else Continue(note=_note(last))

    def webhook(self, params: CallParams) -> Webhook:
        """What the author wrote."""
        return Webhook(params.url, params.event, params.body)

    def sentence(self, params: CallParams) -> str:
        """Call hooks.example.com (member.welcomed)."""
        return f"Call {outbound.host_of(params.url)} ({params.event})"


def _note(last: Tried) -> str:
    why = f" ({last.reason})" if last.reason else ""
    return f"not called: {last.state.replace('_', ' ')}{why}"
