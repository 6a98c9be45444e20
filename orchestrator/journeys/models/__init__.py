"""The rows of journeys and of the people in them."""

from orchestrator.journeys.models.door import Door
from orchestrator.journeys.models.doorstep import Doorstep
from orchestrator.journeys.models.enrollment import Enrollment, StepRun
from orchestrator.journeys.models.journey import Journey, JourneyVersion
from orchestrator.journeys.models.launch import Launch
from orchestrator.journeys.models.simulation import Simulation
from orchestrator.journeys.models.timer import EntryTimer, UsualInterval

__all__ = [
    "Door",
    "Doorstep",
    "Enrollment",
    "EntryTimer",
    "Journey",
    "JourneyVersion",
    "Launch",
    "Simulation",
    "StepRun",
    "UsualInterval",
]
