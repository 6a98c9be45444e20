"""How a template that wants out, or all of the machine, ends: `python -m tests.bench.escapes`.

Each is published, and rendered as if it had come past publishing. The time is the renderer's, from asking to its answer, with
the killing of a child that does not end by itself.
"""

from __future__ import annotations

import json
import time

from orchestrator.messaging.content.child import ChildRenderer
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.render import Answer, Rendered
from tests.messaging.content.builders import job, template
from tests.messaging.content.escapes import attempts
from tests.messaging.content.test_escapes import FAILS, REFUSED, TIMES_OUT, sneaked

SLOW = 0.300
GOOD = job("sms", {"event": {"list": [1, 2, 3]}}, sms={"en": "Hi"})


def _timed(renderer: ChildRenderer, text: str) -> tuple[Answer, float]:
    """Its answer and the best of three times: what the machine does besides is not the renderer's."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        answer = renderer.render([sneaked(GOOD, text)])[0]
        took.append(time.perf_counter() - began)
        if took[-1] < SLOW:
            break
        renderer.render([GOOD])  # a killed child's successor is nobody's time
    return answer, min(took)


def measure() -> dict[str, object]:
    """Publish and render each; what became of them, in counts."""
    renderer, ends, times, escaped = ChildRenderer(), {"refused at publish": 0}, [], []
    everything = list(dict.fromkeys([*attempts(), *REFUSED, *FAILS, *TIMES_OUT]))
    renderer.render([GOOD])
    for text in everything:
        ends["refused at publish"] += bool(lint(template(sms={"en": text})).errors)
        answer, took = _timed(renderer, text)
        times.append(took)
        code = "rendered" if isinstance(answer, Rendered) else answer.code
        ends[code] = ends.get(code, 0) + 1
        if isinstance(answer, Rendered):
            escaped.append(text[:60])
    renderer.close()
    return {
        "attempts": len(everything),
        **ends,
        "escapes": escaped,
        "over_300_ms": sum(one > SLOW for one in times),
        "slowest_ms": round(max(times) * 1000),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
