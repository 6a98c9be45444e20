"""The rows of journeys and of the people in them."""

from orchestrator.journeys.models.enrollment import Enrollment, StepRun
from orchestrator.journeys.models.journey import Journey, JourneyVersion
from orchestrator.journeys.models.timer import EntryTimer

__all__ = ["Enrollment", "EntryTimer", "Journey", "JourneyVersion", "StepRun"]
