"""LETTERS: calls as text, for those that were not taken and those that are looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from orchestrator.customers.known import ANONYMOUS, EXTERNAL, mark_of
from orchestrator.ingest.arrivals import Arrival, Fate
from orchestrator.ingest.models import DeadLetter
from orchestrator.store import bulk

LONGEST = 32_768
DEEPEST = 60
# Of whoever was erased nothing is kept, not even that they called.
ERASED = "erased"
_COLUMNS = (
    "received_at", "kind", "payload", "reason", "words", "user_mark", "browser_mark", "key", "mark",
)  # fmt: skip


def write(dead: Sequence[tuple[Arrival, Fate]]) -> int:
    """Keep these; the same call again is no second letter. Answers how many are new."""
    rows = [(*row_of(one, fate), one.key.id, _mark(one, fate)) for one, fate in dead]
    rows.sort(key=lambda row: row[-1])
    return len(bulk.insert(DeadLetter, _COLUMNS, rows, ignore_conflicts=True, returning=("id",)))


def row_of(one: Arrival, fate: Fate) -> tuple[Any, ...]:
    """The columns that every kept call has."""
    if fate.reason == ERASED:
        return (one.received_at, kind_of(one), "", fate.reason, fate.words[:300], "", "")
    text = text_of(one)[:LONGEST]
    return (
        one.received_at, kind_of(one), text, fate.reason, fate.words[:300].replace("\x00", ""),
        _named(one.item, EXTERNAL, "userId"), _named(one.item, ANONYMOUS, "anonymousId"),
    )  # fmt: skip


def kind_of(one: Arrival) -> str:
    """identify, track …, as far as the call says it."""
    said = one.kind or (one.item.get("type") if isinstance(one.item, dict) else "")
    return said[:8] if isinstance(said, str) and said.isascii() and said.isalpha() else ""


def text_of(one: Arrival) -> str:
    """A call by itself, with what its batch said for it, so that it can be taken later. In ASCII: whatever it holds."""
    item = one.item
    if isinstance(item, dict):
        around = {name: one.batch[name] for name in ("context", "sentAt") if name in one.batch}
        item = {**({"type": one.kind} if one.kind else {}), **item}
        if around:
            item = {**item, "_batch": around}
    return _written(
        {name: value for name, value in item.items() if name != "writeKey"}
        if isinstance(item, dict)
        else item
    )


def _written(value: Any) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return json.dumps(_shallow(value, DEEPEST))


def _shallow(value: Any, depth: int) -> Any:
    """The same, without what lies deeper."""
    if isinstance(value, dict):
        return {name: _shallow(one, depth - 1) for name, one in value.items()} if depth else "…"
    if isinstance(value, list):
        return [_shallow(one, depth - 1) for one in value] if depth else "…"
    return value


def _named(item: Any, kind: str, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    named = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    try:
        return mark_of(kind, str(value).strip()[:100]) if named else ""
    except ValueError:  # a number of thousands of digits
        return ""


def _mark(one: Arrival, fate: Fate) -> str:
    """By which the same call is the same letter: of the key and its messageId, else of all that it says."""
    given = one.item.get("messageId") if isinstance(one.item, dict) else None
    said = given if isinstance(given, str) and given else text_of(one)
    return sha256(f"{one.key.id} {fate.reason == ERASED} {said}".encode(errors="replace")).hexdigest()
