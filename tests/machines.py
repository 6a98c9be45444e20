"""Hypothesis state machines against a database: how long they run, and that each example begins with nobody's leavings."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

# Stories a machine; more of them for a longer run. Shrinking is left to whoever asks for more.
STORIES = int(os.environ.get("MACHINE_STORIES", "0"))


def run(machine: type[RuleBasedStateMachine], stories: int, steps: int, chosen_by: int = 1) -> None:
    """Tell so many stories of so many steps; with MACHINE_STORIES set, that many and each its own.

    `chosen_by`: which stories they are, whatever is written in the test.
    """
    phases = [Phase.generate, Phase.shrink] if STORIES else [Phase.generate]
    chosen = settings(
        max_examples=STORIES or stories,
        stateful_step_count=steps,
        derandomize=not STORIES,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine if STORIES else seed(chosen_by)(machine), settings=chosen)
