"""Calls: one a message, those of a batch side by side, and each of them certain of what it says.

The APIs refuse a whole call for one bad number or one key seen before, so a joint call could not say what became of
each message in it. The price is a request a message; connections are kept, and a batch waits for its slowest one.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from orchestrator.sdk import (
    Deferred,
    Message,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    SmsContent,
    Transport,
    TransportError,
    Unknown,
)

NUMBER = re.compile(r"\+[1-9]\d{5,14}")  # E.164
# A wrong token or an empty account, which somebody has to see to: the engine's six attempts then last five hours.
UNTIL_MENDED = timedelta(hours=1)
BUSY = timedelta(seconds=60)


async def each(
    messages: Sequence[Message], hand_over: Callable[[Message, SmsContent], Awaitable[Result]]
) -> list[Result]:
    """Hand over all messages at once. Raises ProviderUnavailable only where it is so for every one of them."""
    found = await asyncio.gather(*(_one(message, hand_over) for message in messages))
    refusals = [one for one in found if isinstance(one, ProviderUnavailable)]
    if refusals and len(refusals) == len(found):
        raise refusals[0]
    return [
        Deferred(one.retry_after, one.detail) if isinstance(one, ProviderUnavailable) else one
        for one in found
    ]


async def ask(transport: Transport, request: Request, whom: str) -> Response | Unknown:
    """The answer. Raises ProviderUnavailable where no byte of the request has left."""
    try:
        return await transport.request(request)
    except TransportError as error:
        if not error.sent:
            raise ProviderUnavailable(f"no connection to {whom}") from None
        return Unknown(f"the connection to {whom} broke before its answer")


def refuse_busy(response: Response, whom: str) -> None:
    """Raise ProviderUnavailable for a 429, where the API promises that it takes nothing of such a call."""
    if response.status == 429:
        raise ProviderUnavailable(f"{whom} has too many requests of ours", retry_after(response))


def retry_after(response: Response) -> timedelta:
    """What the header says in seconds; a minute where it says nothing, or a date."""
    written = response.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(written)) if re.fullmatch(r"[0-9]{1,5}", written) else BUSY


def json_of(body: bytes) -> Any:
    """What a body says as JSON, or None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def object_of(body: bytes) -> dict[str, Any]:
    """A body that is a JSON object; empty where it is something else."""
    said = json_of(body)
    return said if isinstance(said, dict) else {}


async def _one(
    message: Message, hand_over: Callable[[Message, SmsContent], Awaitable[Result]]
) -> Result | ProviderUnavailable:
    content = message.content
    if not isinstance(content, SmsContent):
        return Rejected(RejectReason.OTHER, "the content is not that of a text message")
    if not NUMBER.fullmatch(message.recipient):
        return Rejected(RejectReason.INVALID_ADDRESS, "the recipient is not a phone number")
    if any("\ud800" <= character <= "\udfff" for character in content.text + content.sender_name):
        return Rejected(RejectReason.OTHER, "the text holds half a character")
    try:
        return await hand_over(message, content)
    except ProviderUnavailable as unavailable:
        return unavailable
