"""Taking events in over HTTP: batches of 100 through the view, in as many processes and threads as our web has, against
COPY of the same rows in the same batches on one connection; single events from many threads, against a view of Django REST
framework that stores the same.

A commit waits for the disk, and so does COPY's, alone; in a web of several threads another request is read meanwhile.

Requests are made before the clock starts; what runs is the view, from the bytes of the body to the answer. Sockets, HTTP
parsing and middleware are on neither side.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from django.db import connection
from django.http import HttpRequest
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
from tests.bench.calls import BATCH, PROCESSES, THREADS, calls, request
from tests.bench.crew import Crew, child
from tests.bench.figures import Figure, alternately, middle
from tests.bench.people import forget_passages, vacuum

EVENTS = 30_000
SINGLE, CLIENTS = 6_000, 32
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
    events = bench.size(EVENTS, BATCH * PROCESSES) // (BATCH * PROCESSES) * BATCH * PROCESSES
    with ExitStack() as stack:
        web = Crew([stack.enter_context(child("tests.bench.calls")) for _ in range(PROCESSES)])
        for one in web.workers:
            one.hear()
        ours, alone, copied = map(
            middle,
            alternately(
                bench.n,
                partial(_ours, bench, secret, events, web),
                partial(_ours, bench, secret, events, Crew(web.workers[:1])),
                partial(_copy, events),
            ),
        )
    said = (
        f"{PROCESSES} processes of {THREADS} threads, {events} events in requests of {BATCH}, each a commit:"
        f" {ours:,.0f}/s; one process {alone:,.0f}/s; COPY {copied:,.0f}/s"
    )
    parts = {"ours_per_s": ours, "one_process_per_s": alone, "copy_per_s": copied}
    return Figure("ingest_batch_vs_copy", ours / copied, bench.n, said, parts=parts)


def _singles(bench: Bench, secret: str) -> Figure:
    events = bench.size(SINGLE, CLIENTS)
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
        f"one process, {CLIENTS} threads, {events} events one by one: {ours:,.0f}/s; a DRF view {drf:,.0f}/s"
    )
    parts = {"ours_per_s": ours, "drf_per_s": drf}
    return Figure("ingest_single_vs_drf", ours / drf, bench.n, said, parts=parts)


def _key() -> str:
    limits.forget()
    WriteKey.objects.all().delete()
    return keys.make(WriteKey(name="bench", per_minute=100_000_000), datetime.now(UTC), None)


def _ours(bench: Bench, secret: str, events: int, web: Crew) -> float:
    """Events a second, from the bytes of a request's body to its answer after the commit."""
    share = events // len(web.workers) // BATCH * BATCH
    for one in web.workers:
        taken = bench.take(min(share, bench.people // PROCESSES))
        people = (taken.start, len(taken))
        one.ask(
            {"do": "prepare", "secret": secret, "people": people, "events": share, "mark": next(_numbers)}
        )
    before = _stored()
    seconds, _ = web.go("take")
    same("events stored", _stored() - before, share * len(web.workers))
    return share * len(web.workers) / seconds


def _copy(events: int) -> float:
    return copying.copy_rate(Event, copying.read_rows(Event, events), BATCH)


def _single(bench: Bench, secret: str, events: int, door: Door) -> float:
    """Events a second, one a request, from as many threads as a few processes of a web server have together."""
    bodies = [
        call for _ in range(-(-events // BATCH)) for call in calls(bench.take(BATCH), str(next(_numbers)))
    ]
    waiting = iter([request(secret, "track", body) for body in bodies[:events]])
    wrong: list[int] = []
    before = _stored()
    threads = [threading.Thread(target=_work, args=(waiting, door, wrong)) for _ in range(CLIENTS)]
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
    for one in waiting:
        status = door(one).status_code
        if status != 200:
            wrong.append(status)
    connection.close()


def _stored() -> int:
    return Event.objects.count()


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
