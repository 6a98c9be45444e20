"""CALL: one request to one endpoint, and what it came to. No database; nothing is raised."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.webhooks import Answer, Secrets
from orchestrator.sdk.transport import (
    Request,
    Response,
    Transport,
    TransportError,
    TransportRefused,
    retry_after,
)
from orchestrator.webhooks.models.delivery import LONGEST_ANSWER
from orchestrator.webhooks.signing import signed

TIMEOUT = 10.0  # seconds
LONGEST_REASON = 200
NO_SECRET = "no_secret"  # it was sealed with a SECRET_KEY that is gone


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over. `reason`: a code, for a refusal with words behind it; "" where the receiver said yes.

    `text`: the beginning of what the receiver wrote, one line of visible signs.
    """

    answer: Answer
    reason: str = ""
    text: str = ""
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent where. `keys`: None where they cannot be read."""

    id: str
    url: str
    body: bytes
    keys: Secrets | None

    def __repr__(self) -> str:
        return f"Call({self.id})"


async def make(call: Call, transport: Transport, now: datetime) -> Ended:
    """Make the call: https to a public server, no redirects, TIMEOUT in all, 64 kB of an answer read and little kept."""
    if call.keys is None:
        return Ended(Answer(None), NO_SECRET)
    headers = {"content-type": "application/json", **signed(call.id, call.keys, now, call.body)}
    began = time.monotonic()
    try:
        answer = await transport.request(
            Request("POST", call.url, headers, call.body, guarded=True), timeout=TIMEOUT
        )
    except TransportRefused as error:
        return Ended(Answer(None), f"refused {error}"[:LONGEST_REASON], took_ms=_since(began))
    except TransportError as error:
        return Ended(Answer(None), "no_answer" if error.sent else "no_connection", took_ms=_since(began))
    except Exception as error:  # a call is over, whatever it ended with
        return Ended(Answer(None), f"raised {type(error).__name__}"[:LONGEST_REASON], took_ms=_since(began))
    return _ended(answer, now, _since(began))


def _ended(answer: Response, now: datetime, took_ms: int) -> Ended:
    said = Answer(answer.status, retry_after(answer, now))
    return Ended(said, "" if said.good else "status", visible(answer.body), took_ms)


def visible(body: bytes) -> str:
    """The beginning of an answer as it can be stored and shown: control signs and those that turn a line are blanks.

    A sign that a spreadsheet would take for a formula gets a blank before it.
    """
    text = body[: 4 * LONGEST_ANSWER].decode("utf-8", "replace")
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    one_line = " ".join(plain.split())[: LONGEST_ANSWER - 1]
    return f" {one_line}" if one_line.startswith(("=", "+", "-", "@")) else one_line


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))
