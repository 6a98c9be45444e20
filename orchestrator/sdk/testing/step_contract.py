"""What every step kind must keep to, as tests to inherit.

    class TestCoffee(StepContract):
        examples = ({"coffee": "large"}, {"coffee": "small", "days": 2})
        refused = ({"coffee": "bucket"},)
        def make_step(self): return Coffee()

`decide` is asked about some hundred people for each example: all combinations of what is true of them, how they can
be reached, what was tried and what happened, and each oddity of clocks, zones and attributes once.
"""

from __future__ import annotations

from orchestrator.sdk.testing.step_decisions import StepDecisionRules
from orchestrator.sdk.testing.step_effects import StepEffectRules
from orchestrator.sdk.testing.step_endings import StepEndingRules
from orchestrator.sdk.testing.step_params import StepParamsRules


class StepContract(StepParamsRules, StepDecisionRules, StepEndingRules, StepEffectRules):
    """All rules. Inherit it, write `examples` and `make_step`, and pytest does the rest."""
