"""The step kinds that come with the engine. They register through the same hook as anyone's plugin."""

from typing import Any

from orchestrator.journeys.steps.choose import Choose
from orchestrator.journeys.steps.exit import Exit
from orchestrator.journeys.steps.send import SendStep
from orchestrator.journeys.steps.split import Split
from orchestrator.journeys.steps.wait import Wait
from orchestrator.journeys.steps.wait_until import WaitUntil
from orchestrator.sdk import StepKind

STEP_KINDS: tuple[StepKind[Any], ...] = (SendStep(), Wait(), WaitUntil(), Choose(), Split(), Exit())

__all__ = ["STEP_KINDS", "Choose", "Exit", "SendStep", "Split", "Wait", "WaitUntil"]
