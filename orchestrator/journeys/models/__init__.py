"""The rows of journeys and of the people in them."""

from orchestrator.journeys.models.asked import DraftEdit, PublishComment, PublishNotice
from orchestrator.journeys.models.door import Door
from orchestrator.journeys.models.doorstep import Doorstep
from orchestrator.journeys.models.enrollment import Enrollment, StepRun
from orchestrator.journeys.models.journey import Journey, JourneyVersion
from orchestrator.journeys.models.launch import Launch
from orchestrator.journeys.models.request import PublishRequest
from orchestrator.journeys.models.simulation import Simulation
from orchestrator.journeys.models.timer import EntryTimer, UsualInterval

__all__ = [
    "Door",
    "Doorstep",
    "DraftEdit",
    "Enrollment",
    "EntryTimer",
    "Journey",
    "JourneyVersion",
    "Launch",
    "PublishComment",
    "PublishNotice",
    "PublishRequest",
    "Simulation",
    "StepRun",
    "UsualInterval",
]
