"""The rows of the outbox and of the rules that guard it."""

from orchestrator.messaging.models.attempt import Decision, DeliveryAttempt
from orchestrator.messaging.models.block import Block
from orchestrator.messaging.models.breaker import ProviderBreaker
from orchestrator.messaging.models.complaints import ComplaintBreaker
from orchestrator.messaging.models.fault import StepFault
from orchestrator.messaging.models.limits import FrequencyCap, QuietHoursRule
from orchestrator.messaging.models.mailbox import MailboxMessage
from orchestrator.messaging.models.message import Message, MessageBody
from orchestrator.messaging.models.money import Budget, Price, Spending
from orchestrator.messaging.models.past import PastMessage
from orchestrator.messaging.models.rate import RateLimit
from orchestrator.messaging.models.receipt import Receipt
from orchestrator.messaging.models.subject import Subject
from orchestrator.messaging.models.template import Template, TemplateVersion

__all__ = [
    "Block",
    "Budget",
    "ComplaintBreaker",
    "Decision",
    "DeliveryAttempt",
    "FrequencyCap",
    "MailboxMessage",
    "Message",
    "MessageBody",
    "PastMessage",
    "Price",
    "ProviderBreaker",
    "QuietHoursRule",
    "RateLimit",
    "Receipt",
    "Spending",
    "StepFault",
    "Subject",
    "Template",
    "TemplateVersion",
]
