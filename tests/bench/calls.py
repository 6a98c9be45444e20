"""Calls as a shop's server sends them, ready as requests before any clock starts; also a process that takes them in.

python -m tests.bench.calls
{"do": "prepare", "secret": …, "people": [first, count], "events": …, "mark": …}   answers when the requests are made
{"do": "take"}                                                                    answers when all are answered
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest
from django.test import RequestFactory

from tests.bench.bench import same

BATCH = 100  # calls of a request
PROCESSES, THREADS = 2, 4  # as our web has (the Dockerfile)


def request(secret: str, route: str, body: Any) -> HttpRequest:
    """One request, with its key."""
    given = base64.b64encode(f"{secret}:".encode()).decode()
    return RequestFactory().post(
        f"/v1/{route}", orjson.dumps(body), content_type="application/json",
        HTTP_AUTHORIZATION=f"Basic {given}",
    )  # fmt: skip


def calls(people: Sequence[int], mark: str) -> list[dict[str, Any]]:
    """What a server's library sends: a call of each of these people, whom we know. `mark` makes them new ones."""
    now = datetime.now(UTC).isoformat()
    said = {"sku": "A-1", "title": "A thing", "revenue": 49.9, "page": "https://shop.example.com/a-1"}
    context = {"library": {"name": "analytics-python", "version": "2.3.0"}}
    return [
        {
            "type": "track", "messageId": f"ingest-{mark}-{person}", "userId": f"p{person}", "event": "Product Viewed",
            "timestamp": now, "properties": said, "context": context,
        }
        for person in people
    ]  # fmt: skip


def batches(secret: str, people: Sequence[int], events: int, mark: str) -> list[HttpRequest]:
    """Requests of a hundred calls; people come again where there are fewer of them than events."""
    return [
        request(secret, "batch", {"batch": calls(_among(people, start), f"{mark}-{start}")})
        for start in range(0, events, BATCH)
    ]


def take(requests: Sequence[HttpRequest]) -> None:
    """Through the view, by as many threads as answer in a process of our web; each takes the next that waits."""
    waiting = iter(requests)
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(_take, waiting) for _ in range(THREADS)]:
            done.result()


def _take(waiting: Iterator[HttpRequest]) -> None:
    from django.db import connection

    from orchestrator.ingest.view import ingest

    try:
        for one in waiting:
            same("answers of 200", ingest(one, "batch").status_code, 200)
    finally:
        connection.close()


def _among(people: Sequence[int], start: int) -> list[int]:
    return [people[(start + at) % len(people)] for at in range(BATCH)]


def main() -> None:
    """Serve until the parent closes our standard input."""
    import django

    django.setup()
    from orchestrator.store.garbage import collect_rarely

    collect_rarely()  # as the web's processes do
    requests: list[HttpRequest] = []
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        if told["do"] == "prepare":
            first, count = told["people"]
            requests = batches(told["secret"], range(first, first + count), told["events"], told["mark"])
        else:
            take(requests)
        print(json.dumps({"cpu": 0.0}), flush=True)


if __name__ == "__main__":
    main()
