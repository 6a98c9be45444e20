"""Taking events in over HTTP: batches of 100 through the view, against COPY of the same rows in the same batches; single events
from many threads, against a view of Django REST framework that stores the same.

Requests are made before the clock starts; what runs is the view, from the bytes of the body to the answer. Sockets, HTTP
parsing and middleware are on neither side.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.ingest import keys, limits
from orchestrator.ingest.models import WriteKey
from orchestrator.ingest.view import ingest
from orchestrator.store.garbage import collect_rarely
from tests.bench import copying
from tests.bench.bench import Bench, same
from tests.bench.figures import Figure, alternately, middle
from tests.bench.people import forget_passages, vacuum

EVENTS, BATCH = 30_000, 100
SINGLE, THREADS = 6_000, 32
Door = Callable[[HttpRequest], Any]
_numbers = count(1)


def measure(bench: Bench) -> Sequence[Figure]:
    """Batches, then single events."""
    forget_passages()
    vacuum()
    secret = _key()
    collect_rarely()  # as the web's processes do
    return [_batches(bench, secret), _singles(bench, secret)]


def _batches(bench: Bench, secret: str) -> Figure:
    events = bench.size(EVENTS, BATCH) // BATCH * BATCH
    ours, copied = map(
        middle, alternately(bench.n, partial(_ours, bench, secret, events), partial(_copy, events))
    )
    said = f"one thread, {events} events in requests of {BATCH}, each a commit: {ours:,.0f}/s; COPY {copied:,.0f}/s"
    parts = {"ours_per_s": ours, "copy_per_s": copied}
    return Figure("ingest_batch_vs_copy", ours / copied, bench.n, said, parts=parts)


def _singles(bench: Bench, secret: str) -> Figure:
    events = bench.size(SINGLE, THREADS)
    door: Door = partial(ingest, route="track")
    plain: Door = _Plain.as_view()
    ours, drf = map(
        middle,
        alternately(
            bench.n,
            partial(_single, bench, secret, events, door),
            partial(_single, bench, secret, events, plain),
        ),
    )
    said = (
        f"one process, {THREADS} threads, {events} events one by one: {ours:,.0f}/s; a DRF view {drf:,.0f}/s"
    )
    parts = {"ours_per_s": ours, "drf_per_s": drf}
    return Figure("ingest_single_vs_drf", ours / drf, bench.n, said, parts=parts)


def _key() -> str:
    limits.forget()
    WriteKey.objects.all().delete()
    return keys.make(WriteKey(name="bench", per_minute=100_000_000), datetime.now(UTC), None)


def _ours(bench: Bench, secret: str, events: int) -> float:
    """Events a second, from the bytes of a request's body to its answer after the commit."""
    requests = [_request(secret, "batch", {"batch": _calls(bench)}) for _ in range(events // BATCH)]
    before = _stored()
    began = time.monotonic()
    for request in requests:
        same("answers of 200", ingest(request, "batch").status_code, 200)
    seconds = time.monotonic() - began
    same("events stored", _stored() - before, events)
    return events / seconds


def _copy(events: int) -> float:
    return copying.copy_rate(Event, copying.read_rows(Event, events), BATCH)


def _single(bench: Bench, secret: str, events: int, door: Door) -> float:
    """Events a second, one a request, from as many threads as a few processes of a web server have together."""
    bodies = [call for _ in range(-(-events // BATCH)) for call in _calls(bench)][:events]
    waiting = iter([_request(secret, "track", body) for body in bodies])
    wrong: list[int] = []
    before = _stored()
    threads = [threading.Thread(target=_work, args=(waiting, door, wrong)) for _ in range(THREADS)]
    began = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds = time.monotonic() - began
    same("answers of 200", len(wrong), 0)
    same("events stored", _stored() - before, events)
    return events / seconds


def _work(waiting: Iterator[HttpRequest], door: Door, wrong: list[int]) -> None:
    for request in waiting:
        status = door(request).status_code
        if status != 200:
            wrong.append(status)
    connection.close()


def _stored() -> int:
    return Event.objects.count()


def _request(secret: str, route: str, body: Any) -> HttpRequest:
    given = base64.b64encode(f"{secret}:".encode()).decode()
    return RequestFactory().post(
        f"/v1/{route}", orjson.dumps(body), content_type="application/json",
        HTTP_AUTHORIZATION=f"Basic {given}",
    )  # fmt: skip


def _calls(bench: Bench) -> list[dict[str, Any]]:
    """What a server's library sends: a hundred calls of a hundred people whom we know."""
    now = datetime.now(UTC).isoformat()
    said = {"sku": "A-1", "title": "A thing", "revenue": 49.9, "page": "https://shop.example.com/a-1"}
    context = {"library": {"name": "analytics-python", "version": "2.3.0"}}
    return [
        {
            "type": "track", "messageId": f"ingest-{next(_numbers)}", "userId": f"p{person}", "event": "Product Viewed",
            "timestamp": now, "properties": said, "context": context,
        }
        for person in bench.take(min(BATCH, bench.people))
    ]  # fmt: skip


class _Call(serializers.Serializer):  # type: ignore[type-arg]
    messageId = serializers.CharField(max_length=100)  # noqa: N815
    userId = serializers.CharField(max_length=100)  # noqa: N815
    event = serializers.CharField(max_length=100)
    timestamp = serializers.DateTimeField()
    properties = serializers.DictField()


class _Plain(APIView):
    """What most teams would write: a serializer, the key, the customer, and the event, each a query, and a commit."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def post(self, request: Request) -> Response:
        given = request.headers["Authorization"].removeprefix("Basic ")
        secret = base64.b64decode(given).decode().partition(":")[0]
        WriteKey.objects.get(digest=keys.hashed(secret), revoked_at=None)
        call = _Call(data=request.data)
        call.is_valid(raise_exception=True)
        said = call.validated_data
        customer, _ = Customer.objects.get_or_create(
            external_id=said["userId"],
            defaults={"created_at": said["timestamp"], "updated_at": said["timestamp"]},
        )
        Event.objects.get_or_create(
            key=said["messageId"],
            defaults={
                "customer": customer, "name": said["event"], "occurred_at": said["timestamp"],
                "received_at": datetime.now(UTC), "amount": Decimal(str(said["properties"]["revenue"])),
                "properties": said["properties"],
            },
        )  # fmt: skip
        return Response({"success": True})
