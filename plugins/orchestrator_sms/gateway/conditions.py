"""How a gateway's answer is recognised: `200 status=queued|sent`, several of them with `;` between.

A condition is an HTTP status (`200`, `2xx`), then, if the status alone says too little, a place in the JSON answer
(`status`, `messages.0.id`, or `body` for the whole text) that must not be empty, or `=` and what it must be; a `*` at
the end of a value stands for any rest. A refusal may end in `-> invalid_address`, the reason it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.sdk import RejectReason, Response
from orchestrator_sms.calls import json_of

WRITTEN = re.compile(r"([1-5](?:\d\d|xx))(?:\s+([\w.-]+)(?:\s*=\s*(.+?))?)?(?:\s*->\s*(\w+))?")
BODY = "body"
MISSING = object()


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to say it. Without a field the status alone decides; without values the field must not be empty."""

    status: str
    field: str = ""
    values: tuple[str, ...] = ()
    reason: RejectReason = RejectReason.OTHER

    def meets(self, response: Response) -> bool:
        """Whether `response` says it this way."""
        if not re.fullmatch(self.status.replace("x", r"\d"), str(response.status)):
            return False
        return not self.field or self._meets(found_at(response.body, self.field))

    def _meets(self, found: Any) -> bool:
        text = spelled(found)
        if not self.values:
            return text.strip() not in {"", "null", "false"}
        return any(
            text == value or (value[-1:] == "*" and text.startswith(value[:-1])) for value in self.values
        )


def parse(written: str) -> tuple[Condition, ...]:
    """The conditions of a setting; raises ValueError with words that quote the part that cannot be read."""
    parts = [part.strip() for part in written.split(";") if part.strip()]
    return tuple(_parse(part) for part in parts)


def first_met(conditions: Sequence[Condition], response: Response) -> Condition | None:
    """The first condition that the answer meets, if there is one."""
    return next((condition for condition in conditions if condition.meets(response)), None)


def found_at(body: bytes, path: str) -> Any:
    """What stands at a dotted path of a JSON answer, or the whole text for `body`; MISSING where nothing does."""
    if path == BODY:
        return body.decode("utf-8", "replace").strip()
    return walk(json_of(body), path)


def walk(value: Any, path: str) -> Any:
    """What stands at a dotted path; numbers are places in lists. MISSING where nothing does."""
    for name in path.split("."):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def spelled(found: Any) -> str:
    """A value as a condition spells it: `true`, `false` and `null` as in JSON; "" for what is missing or has parts."""
    if found is None or isinstance(found, bool):
        return {None: "null", True: "true", False: "false"}[found]
    return str(found) if isinstance(found, (str, int, float)) else ""


def _parse(part: str) -> Condition:
    found = WRITTEN.fullmatch(part)
    if found is None:
        raise ValueError(f"«{part}» is not a status, a field and its values")
    status, field, values, reason = found.groups()
    if reason and reason not in {known.value for known in RejectReason}:
        known = ", ".join(one.value for one in RejectReason)
        raise ValueError(f"«{reason}» is not one of {known}")
    texts = tuple(text.strip() for text in (values or "").split("|") if text.strip())
    return Condition(status, field or "", texts, RejectReason(reason) if reason else RejectReason.OTHER)
