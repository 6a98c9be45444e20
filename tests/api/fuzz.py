"""FUZZ: calls made up from the schema, right ones and wrong ones, against the whole stack in this process.

`python -m tests.api.fuzz --examples 50000` makes a shop in a database of its own, calls, and prints one line of JSON. An
answer of 500 and above is a fault, and so is one that is not as the schema says: both are shown, the first twenty.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Of paths, every other call names what is there.
THERE = {
    "external_id": "c-0000",
    "journey": "onboarding",
    "segment": "golden",
    "number": 1,
    "product": "mug-0",
}
SHOWN = 20
ROUND = 40  # examples of one operation and way before the next has its turn


class Fuzz:
    """Counts what came back."""

    def __init__(self, secret: str, say: Callable[[str], None] = lambda words: None) -> None:
        import schemathesis

        from orchestrator.config.wsgi import application

        self.examples, self.statuses, self.unlike = 0, Counter[int](), 0
        self._headers, self._say, self._shown = {"Authorization": f"Bearer {secret}"}, say, 0
        self._schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)

    def run(self, examples: int, seconds: float = float("inf")) -> None:
        """At least so many calls, over all operations alike; none begins after `seconds`."""
        until, seed = time.monotonic() + seconds, 0
        ways = list(self._ways())
        while self.examples < examples and ways:
            for operation, mode in list(ways):
                if self.examples >= examples or time.monotonic() > until:
                    return
                most = min(ROUND, -(-examples // len(ways)), examples - self.examples)
                if not self._some(operation, mode, most, seed):
                    ways.remove((operation, mode))
            seed += 1

    @property
    def failed(self) -> int:
        """Answers of 500 and above."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def _ways(self) -> Iterator[tuple[Any, Any]]:
        from schemathesis import GenerationMode

        for found in self._schema.get_all_operations():
            for mode in GenerationMode:
                yield found.ok(), mode

    def _some(self, operation: Any, mode: Any, most: int, number: int) -> bool:
        """Some calls of one operation; whether there is anything to make up for it."""
        import hypothesis
        from hypothesis.errors import InvalidArgument, Unsatisfiable

        @hypothesis.seed(number)
        @hypothesis.settings(
            max_examples=most, deadline=None, database=None, phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy(mode))
        def calls(case: Any) -> None:
            self._call(case)

        before = self.examples
        try:
            calls()
        except (InvalidArgument, Unsatisfiable):
            return False
        return self.examples > before

    def _call(self, case: Any) -> None:
        self.examples += 1
        if self.examples % 2 and case.path_parameters:
            known = {name: THERE.get(name, value) for name, value in case.path_parameters.items()}
            case.path_parameters = known
        answer = case.call(headers=self._headers)
        self.statuses[answer.status_code] += 1
        problem = _wrong(case, answer)
        if answer.status_code >= 500 or problem:
            self.unlike += answer.status_code < 500
            self._show(case, answer, problem)

    def _show(self, case: Any, answer: Any, problem: str) -> None:
        self._shown += 1
        if self._shown <= SHOWN:
            self._say(f"{case.method} {case.formatted_path} {case.query!r} {case.body!r}"[:1500])
            self._say(f"  {answer.status_code} {problem} {answer.text[:500]}")


def _wrong(case: Any, answer: Any) -> str:
    """In what an answer is not as the schema says; "" if it is."""
    from schemathesis import checks

    try:
        case.validate_response(
            answer,
            checks=[
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_schema_conformance,
            ],
        )
    except checks.FailureGroup as group:
        return "; ".join(str(one) for one in group.exceptions)[:1000]
    return ""


def main() -> int:
    """Whether nothing was wrong, as the shell says it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=50_000)
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin no further call after so long"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="journeys-fuzz-", dir=_memory()) as folder:
        os.environ |= {
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'main.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings",
            "ALLOWED_HOSTS": "localhost",
        }
        fuzz = Fuzz(_shop(), lambda words: print(words, file=sys.stderr, flush=True))
        began = time.monotonic()
        fuzz.run(given.examples, given.seconds)
    told = {
        "examples": fuzz.examples,
        "responses_5xx": fuzz.failed,
        "unlike_schema": fuzz.unlike,
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(told), flush=True)
    return 1 if fuzz.failed or fuzz.unlike else 0


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _shop() -> str:
    """A shop with some life, and a key that may do everything."""
    import logging

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    from orchestrator.workspace import sequence
    from tests.studio.sample import fill

    fill(20)
    sequence.take(1000)  # past the numbers that the sample gave by hand
    return new_key()


def new_key() -> str:
    """The secret of a key that may do everything, as often as it likes."""
    from django.utils import timezone

    from orchestrator.accounts import keys
    from orchestrator.accounts.scopes import RIGHTS

    return keys.make("fuzz", tuple(RIGHTS), keys.MOST_PER_MINUTE, None, None, timezone.now())[1]


if __name__ == "__main__":
    sys.exit(main())
