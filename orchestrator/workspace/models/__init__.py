"""The rows that describe the installation."""

from orchestrator.workspace.models.alarm import Alarm, AlarmChannel, AlarmNotice
from orchestrator.workspace.models.audit import AuditEntry
from orchestrator.workspace.models.brand import Brand, Topic
from orchestrator.workspace.models.halt import Halt
from orchestrator.workspace.models.heartbeat import Heartbeat
from orchestrator.workspace.models.retention import Retention
from orchestrator.workspace.models.sequence import Sequence
from orchestrator.workspace.models.workspace import Workspace

__all__ = [
    "Alarm",
    "AlarmChannel",
    "AlarmNotice",
    "AuditEntry",
    "Brand",
    "Halt",
    "Heartbeat",
    "Retention",
    "Sequence",
    "Topic",
    "Workspace",
]
