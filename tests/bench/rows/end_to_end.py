"""From enrolled to accepted by the mail server, against django-post_office, two processes each.

Ours enrolls, decides by rules, consent, caps and quiet hours, renders, sends and settles; theirs queues and sends.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from orchestrator.journeys.versions import Live
from tests.bench.bench import Bench, same
from tests.bench.crew import Child, Crew, child, crew
from tests.bench.figures import KEYS, Figure, alternately, middle, missing
from tests.bench.journeys import MONDAY_NOON, publish_engine, settle_rules
from tests.bench.mail import Sink, sink
from tests.bench.people import forget_passages, let_in, vacuum

OURS, MANY, SINGLY, WARM, PROCESSES = 8_000, 2_000, 1_200, 200, 2
WITHOUT = "django-post_office is not installed: it is part of the development requirements"


def measure(bench: Bench) -> Sequence[Figure]:
    """Against both of its ways."""
    if find_spec("post_office") is None:
        return missing(KEYS["end_to_end"], WITHOUT)
    forget_passages()
    settle_rules()
    live = publish_engine(MONDAY_NOON)
    with (
        sink() as server,
        crew(PROCESSES, "smtp", EMAIL_URL=server.url) as workers,
        child("tests.bench.post_office_child", **_settings(server)) as peer,
    ):
        peer.hear()
        _ours(bench, live, min(WARM, bench.size(OURS)), workers, server)
        vacuum()
        samples = alternately(
            bench.n,
            partial(_ours, bench, live, bench.size(OURS), workers, server),
            partial(_theirs, peer, "send_many", bench.size(MANY), server),
            partial(_theirs, peer, "one_by_one", bench.size(SINGLY), server),
        )
    return _figures(bench.n, *map(middle, samples))


def _settings(server: Sink) -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "tests.bench.post_office_settings", "SINK_PORT": str(server.port)}


def _ours(bench: Bench, live: Live, people: int, workers: Crew, server: Sink) -> float:
    before, began = server.taken(), time.monotonic()
    same("people let in", let_in(live, bench.take(people), MONDAY_NOON), people)
    workers.go("work")
    seconds = time.monotonic() - began
    same("letters taken", server.taken() - before, people)
    return people / seconds


def _theirs(peer: Child, do: str, people: int, server: Sink) -> float:
    before = server.taken()
    seconds = peer.ask({"do": do, "people": people, "processes": PROCESSES})["seconds"]
    same(f"letters by post_office, {do}", server.taken() - before, people)
    return people / float(seconds)


def _figures(n: int, ours: float, many: float, singly: float) -> list[Figure]:
    said = f"ours {ours:,.0f}/s; post_office send_many {many:,.0f}/s, one by one {singly:,.0f}/s"
    parts = {"ours_per_s": ours, "send_many_per_s": many, "one_by_one_per_s": singly}
    return [
        Figure("end_to_end_vs_post_office", ours / many, n, said, parts=parts),
        Figure("end_to_end_vs_post_office_one_by_one", ours / singly, n, said, parts=parts),
    ]
