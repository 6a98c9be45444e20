"""`make bench PROFILE=engine`: where the time of the engine or of a delivery goes, in Python and in SQL.

One process, one thread, this one: a first run fills caches, one goes under cProfile, and in one each statement is
timed as the process waits for it. The renderer's child is not seen from inside: what it takes stands under the reading
of its answers. Where pg_stat_statements is loaded, the server's own account of the last run follows.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import connection
from rich.console import Console

from orchestrator import registry
from orchestrator.journeys.versions import Live
from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.deliver import BATCH, deliver
from orchestrator.store import deadlines
from tests.bench.bench import Bench
from tests.bench.journeys import MONDAY_NOON, publish_engine, publish_one, settle_rules
from tests.bench.mail import sink
from tests.bench.people import forget_passages, let_in, vacuum
from tests.bench.provider import Nowhere, Plugin

PEOPLE, WARM, TOP, LONGEST = 10_000, 300, 40, 150
SPACES = re.compile(r"\s+")
Phases = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Load:
    """Something to be worked off, phase by phase, once people have been let in."""

    name: str
    live: Live
    phases: Phases


def run(what: str, bench: Bench, console: Console) -> None:
    """Profile the engine (walking, then delivering nowhere), or delivery over SMTP in both settle modes."""
    deadlines.keep()  # as every worker does
    forget_passages()
    settle_rules()
    people = min(bench.size(PEOPLE, WARM), bench.people // 4)
    with ExitStack() as stack:
        for load in _engine() if what == "engine" else _delivery(stack):
            _let_in(bench, load, min(WARM, people))
            for phase in load.phases.values():
                phase()
            vacuum()
            for watch in (_python, _statements):
                _let_in(bench, load, people)
                for name, phase in load.phases.items():
                    console.rule(f"{load.name}: {name}, {people:,} people")
                    watch(phase, people, console)
    _server(console)


def _let_in(bench: Bench, load: Load, people: int) -> None:
    let_in(load.live, bench.take(people), MONDAY_NOON)


def _engine() -> list[Load]:
    registry.reset(registry.load([], {"nowhere": Plugin(Nowhere())}))
    return [Load("engine", publish_engine(MONDAY_NOON), _PHASES)]


def _delivery(stack: ExitStack) -> list[Load]:
    from orchestrator_email.provider import SmtpProvider
    from orchestrator_email.server import parse_url

    server = stack.enter_context(sink())
    registry.reset(registry.load([], {"email": Plugin(SmtpProvider(parse_url(server.url)))}))
    entry = "{api: bench, again: always}"
    return [
        Load(f"delivery, {purpose}", publish_one(purpose, purpose, entry, MONDAY_NOON), _PHASES)
        for purpose in ("marketing", "transactional")
    ]


def _walk() -> None:
    walk_by(lambda: MONDAY_NOON, never)


def _deliver() -> None:
    while deliver(MONDAY_NOON, BATCH).claimed:
        pass


_PHASES: Phases = {"walk": _walk, "deliver": _deliver, "end": _walk}


def _python(phase: Callable[[], object], people: int, console: Console) -> None:
    """The functions in which most time passes, their own and with what they call."""
    profiler, text = cProfile.Profile(), io.StringIO()
    profiler.runcall(phase)
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(TOP)
    console.print(text.getvalue(), highlight=False, markup=False, soft_wrap=True)


def _statements(phase: Callable[[], object], people: int, console: Console) -> None:
    """The statements for which the process waits longest, all parameters alike."""
    took: dict[str, list[float]] = defaultdict(list)

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took[SPACES.sub(" ", sql)].append(time.perf_counter() - began)

    began = time.perf_counter()
    with connection.execute_wrapper(watch):
        phase()
    seconds, waited = time.perf_counter() - began, sum(map(sum, took.values()))
    console.print(
        f"{people / seconds:,.0f}/s, {seconds / people * 1e6:,.0f} µs each, of which {waited / people * 1e6:,.0f} µs"
        " waiting for statements (commits are not among them)"
    )
    for sql, times in sorted(took.items(), key=lambda one: -sum(one[1]))[:TOP]:
        line = f"{sum(times) * 1e3:9.1f} ms {len(times):6} × {sum(times) / people * 1e6:7.1f} µs  {sql[:LONGEST]}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _server(console: Console) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW shared_preload_libraries")
        if "pg_stat_statements" not in cursor.fetchone()[0]:
            console.print(
                "pg_stat_statements is not loaded: the server's own account is left out", style="dim"
            )
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute(
            "SELECT total_exec_time, calls, query FROM pg_stat_statements WHERE dbid ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1 DESC LIMIT %s",
            [TOP],
        )
        for total, calls, query in cursor.fetchall():
            line = f"{total:9.1f} ms {calls:6} × {SPACES.sub(' ', query)[:LONGEST]}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
