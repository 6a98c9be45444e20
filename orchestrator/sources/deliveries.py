"""DELIVERIES: one request of a shop becomes facts and is stored; what was not taken is kept, and taken again on request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.known import ANONYMOUS, EXTERNAL, mark_of
from orchestrator.customers.merge import MergeError
from orchestrator.guard import contained, where
from orchestrator.sdk import Connected, Fact, Request, Source, Who
from orchestrator.sources.connections import connected, source_of
from orchestrator.sources.models import Connection, KeptDelivery
from orchestrator.sources.people import Naming
from orchestrator.sources.store import take
from orchestrator.store import bulk

ERASED = "erased"
Left = tuple[str, str]  # reason, words
_COLUMNS = (
    "connection", "received_at", "topic", "payload", "reason", "words", "user_mark", "browser_mark", "mark",
)  # fmt: skip


def receive(row: Connection, source: Source, request: Request, known: Connected) -> Left | None:
    """Take a delivery whose signature is true, and keep what of it cannot be taken; answers why, if anything was not.

    Call it outside of a transaction. What a database raises that is away is the caller's: then nothing is promised, and
    the same delivery again does what is left.
    """
    facts, left = _facts(source, request, known)
    if left is None:
        left = _stored(row, facts, known.now)
    if left is not None:
        _keep(row, source, request, facts, left, known.now)
    return left


def replay(letters: Sequence[KeptDelivery], now: datetime) -> int:
    """Read and take these again, as if they came now; answers how many were taken. Their signatures were true."""
    taken, still = [], []
    for letter in letters:
        source = source_of(letter.connection)
        if source is None or letter.replayed_at is not None or not letter.payload:
            continue
        known = connected(letter.connection, now)
        facts, left = _facts(source, _request(letter), known)
        left = left or _stored(letter.connection, facts, now)
        if left is None:
            taken.append((letter.pk, now))
        else:
            still.append((letter.pk, left[0], left[1][:300]))
    bulk.update(KeptDelivery, ("replayed_at",), taken)
    bulk.update(KeptDelivery, ("reason", "words"), still)
    return len(taken)


def _facts(source: Source, request: Request, known: Connected) -> tuple[Sequence[Fact], Left | None]:
    try:
        return list(source.read(request, known)), None
    except ValueError as error:
        return (), ("unreadable", _words(error))
    except (Exception, SystemExit) as error:
        if not contained(error):
            raise
        return (), ("plugin_failed", f"{source.name}: {where(error)}")


def _words(error: ValueError) -> str:
    """In words of ours where they are a library's."""
    if isinstance(error, json.JSONDecodeError):
        return f"the body is no JSON: {error.msg} at letter {error.pos}"
    if isinstance(error, UnicodeError):
        return "the body is no UTF-8"
    return str(error)


def _stored(row: Connection, facts: Sequence[Fact], now: datetime) -> Left | None:
    naming = Naming(row.prefix, row.known_by == Connection.KnownBy.NUMBER)
    try:
        left = take(facts, naming, now, row.name).left
    except MergeError:  # it is only for now
        raise
    except ValueError as error:
        return "bad_value", str(error)
    return next(iter(left.values()), None)


def _keep(
    row: Connection, source: Source, request: Request, facts: Sequence[Fact], left: Left, now: datetime
) -> None:
    """One row a delivery, however often it comes. Of an erased person nothing is kept, and no row."""
    if left[0] == ERASED:
        return
    heads = {name: request.headers[name] for name in source.heads if name in request.headers}
    body = request.body.decode("utf-8", "replace").replace("\x00", "")
    payload = json.dumps({"headers": heads, "body": body})
    who = next((fact.who for fact in facts if hasattr(fact, "who")), Who())
    user = mark_of(EXTERNAL, row.prefix + who.external_id) if who.external_id else ""
    mark = sha256(f"{row.pk} {payload}".encode()).hexdigest()
    topic = next(iter(heads.values()), "")[:63].replace("\x00", "")
    words = left[1][:300].replace("\x00", "")
    values = (row.pk, now, topic, payload, left[0], words, user, _guest(who), mark)
    bulk.insert(KeptDelivery, _COLUMNS, [values], ignore_conflicts=True)


def _guest(who: Who) -> str:
    try:
        return (
            mark_of(ANONYMOUS, "email:" + digest("email", normalise("email", who.email))) if who.email else ""
        )
    except ValueError:
        return ""


def _request(letter: KeptDelivery) -> Request:
    kept: Any = json.loads(letter.payload)
    return Request("POST", "", kept["headers"], str(kept["body"]).encode())
