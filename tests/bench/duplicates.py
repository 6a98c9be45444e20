"""What a search for duplicates costs, and how good it is. Prints one JSON object. For docs/duplicates.md.

python -m tests.bench.duplicates [--people 1000000] [--doubles 20000] [--precision]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench import server
from tests.bench.processes import resident
from tests.bench.town_of_doubles import move_in, town

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main(arguments: Sequence[str]) -> None:
    """Make a database, measure, drop it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doubles", type=int)
    parser.add_argument("--precision", action="store_true", help="how much of what was planted is found")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the databases go all the same
    doubles = asked.doubles if asked.doubles is not None else asked.people // 50
    with tempfile.TemporaryDirectory(prefix="duplicates-") as folder, server.settled(Path(folder)):
        from django.db import connection

        planted = move_in(town(asked.people, doubles), NOW)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        told = {"people": asked.people, "planted": len(planted), "first": measured(NOW)}
        if asked.precision:
            told |= precision(asked.people, planted)
        else:
            told["next_day"] = measured(NOW + timedelta(days=2))
    print(json.dumps(told))


def measured(now: datetime) -> dict[str, Any]:
    """One search: seconds, people a second, what it found, statements a chunk, and memory at its beginning and end."""
    from django.db import connection

    from orchestrator.duplicates.models import LikelyDuplicate
    from orchestrator.duplicates.search import newest, search, want

    seen = Counter[str]()

    def count(execute: Any, *args: Any) -> Any:
        seen[phase] += 1
        return execute(*args)

    want(now)
    search(now)  # where a search was before, this only begins the next one
    chunks, longest, memory, spent = Counter[str](), Counter[str](), [], Counter[str]()
    phase, began, busy = "keys", time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        while True:
            start = time.perf_counter()
            phase = newest().phase  # type: ignore[union-attr]
            seen[phase] -= 1
            if not search(now):
                break
            took = time.perf_counter() - start
            chunks[phase] += 1
            spent[phase] += took  # type: ignore[assignment]
            longest[phase] = max(longest[phase], round(1000 * took))
            memory.append(resident(os.getpid()) >> 20)
    seconds, one = time.perf_counter() - began, newest()
    assert one is not None
    pairs = Counter(LikelyDuplicate.objects.filter(state="open").values_list("strength", flat=True))
    return {
        "seconds": round(seconds, 1), "cpu_seconds_of_process": round(time.process_time() - busy, 1),
        "load": os.getloadavg()[0], "people_per_second": round(one.people / seconds), "pairs": dict(pairs),
        "compared": one.compared, "keys": one.keys, "crowds": one.crowds, "chunks": dict(chunks),
        "statements_per_chunk": {name: round(seen[name] / chunks[name], 1) for name in chunks},
        "seconds_by_phase": {name: round(one, 1) for name, one in spent.items()}, "longest_chunk_ms": dict(longest),
        "rss_mb_at_20_percent": max(memory[: max(1, len(memory) // 5)]), "rss_mb_most": max(memory),
        "rss_mb_peak_of_process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def precision(people: int, planted: dict[int, tuple[int, str]]) -> dict[str, Any]:
    """Found of what was planted, by the way they are one person; and pairs of strangers for each thousand people."""
    from orchestrator.duplicates.models import LikelyDuplicate

    rows = LikelyDuplicate.objects.filter(state="open").values_list("first", "second", "strength", "evidence")
    true = {(of, number): way for number, (of, way) in planted.items()}
    found = {(first, second): strength for first, second, strength, _ in rows if (first, second) in true}
    false = [
        (strength, evidence.strip())
        for first, second, strength, evidence in rows
        if (first, second) not in true
    ]
    of_way, found_by = Counter(true.values()), Counter(true[pair] for pair in found)
    strange = Counter(strength for strength, _ in false)
    return {
        "found": len(found), "share": round(len(found) / max(1, len(true)), 4),
        "found_likely": sum(strength == "likely" for strength in found.values()),
        "by_way": {way: f"{found_by[way]}/{count}" for way, count in sorted(of_way.items())},
        "false_per_1000": {name: round(1000 * strange[name] / people, 3) for name in ("likely", "possible")},
        "false_by_evidence": dict(Counter(evidence for _, evidence in false).most_common(8)),
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
