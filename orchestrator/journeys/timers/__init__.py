"""TIMERS: entries that time alone brings about: silence, days of the year, and what people will need again.

A kind of timer is a file: what sets it, to when, and whom it lets in. `run` does the work for all of them.
"""

from orchestrator.journeys.timers.groups import GROUPS, compute
from orchestrator.journeys.timers.rows import BATCH
from orchestrator.journeys.timers.run import fire, plan_anew, replan, reset, seed, triggers

__all__ = ["BATCH", "GROUPS", "compute", "fire", "plan_anew", "replan", "reset", "seed", "triggers"]
