"""POSTS: requests that were read, answered together: whose keys are good, who calls too often, and the rest through the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestrator.ingest.arrivals import Arrival
from orchestrator.ingest.door import take
from orchestrator.ingest.keys import Key, lookup
from orchestrator.ingest.limits import spend


@dataclass(frozen=True, slots=True)
class Post:
    """One request: its secret, the site of the browser that sent it, and the calls in it."""

    secret: str
    items: Sequence[Any]
    received_at: datetime
    origin: str = ""
    batch: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told. `allow`: the site whose scripts may read it. `wait`: seconds until it is worth trying again."""

    status: int = 200
    words: str = ""
    allow: str = ""
    wait: int = 0


def answer(posts: Sequence[Post], now: datetime) -> list[Answer]:
    """Take the calls of these requests in together; each is answered after what it brought is committed.

    What cannot be promised to one raises for all of them.
    """
    keys = lookup({one.secret for one in posts}, now)
    answers = [_admit(one, keys.get(one.secret), now) for one in posts]
    arrivals = [
        Arrival(item, keys[one.secret], one.received_at, one.batch, one.kind)
        for one, told in zip(posts, answers, strict=True)
        if told.status == 200
        for item in one.items
    ]
    if arrivals:
        take(arrivals, now)
    return answers


def _admit(post: Post, key: Key | None, now: datetime) -> Answer:
    if key is None:
        return Answer(401, "this write key is unknown or revoked", "*")
    if not key.allows(post.origin):
        return Answer(403, "this write key is not for pages of this site", "*")
    if wait := spend(key, len(post.items), now):
        return Answer(429, "more calls than this write key may make in a minute", post.origin, wait)
    return Answer(allow=post.origin)
