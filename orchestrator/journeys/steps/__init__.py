"""The step kinds that come with the engine. They register through the same hook as anyone's plugin."""

from typing import Any

from orchestrator.journeys.steps.award import AwardStep
from orchestrator.journeys.steps.call import CallStep
from orchestrator.journeys.steps.choose import Choose
from orchestrator.journeys.steps.emit import EmitStep
from orchestrator.journeys.steps.exit import Exit
from orchestrator.journeys.steps.repeat import Repeat
from orchestrator.journeys.steps.send import SendStep
from orchestrator.journeys.steps.split import Split
from orchestrator.journeys.steps.start import StartStep
from orchestrator.journeys.steps.update import Update
from orchestrator.journeys.steps.wait import Wait
from orchestrator.journeys.steps.wait_for_window import WaitForWindow
from orchestrator.journeys.steps.wait_until import WaitUntil
from orchestrator.sdk import StepKind

STEP_KINDS: tuple[StepKind[Any], ...] = (
    SendStep(),
    Wait(),
    WaitUntil(),
    WaitForWindow(),
    Choose(),
    Split(),
    Repeat(),
    Update(),
    AwardStep(),
    EmitStep(),
    CallStep(),
    StartStep(),
    Exit(),
)

__all__ = [
    "STEP_KINDS",
    "AwardStep",
    "CallStep",
    "Choose",
    "EmitStep",
    "Exit",
    "Repeat",
    "SendStep",
    "Split",
    "StartStep",
    "Update",
    "Wait",
    "WaitForWindow",
    "WaitUntil",
]
