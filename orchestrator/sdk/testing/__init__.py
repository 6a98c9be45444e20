"""The contract kit: inherit a contract, and pytest tells you whether your part of the system keeps its word."""

from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.condition_contract import ConditionContract
from orchestrator.sdk.testing.conformance import Conformance, conformance
from orchestrator.sdk.testing.contract import ProviderContract
from orchestrator.sdk.testing.factories import make_message, make_messages, text_of
from orchestrator.sdk.testing.filter_contract import FilterContract
from orchestrator.sdk.testing.gateway import Behaviour, Delivery, Gateway, Verdict
from orchestrator.sdk.testing.recommender_contract import RecommenderContract
from orchestrator.sdk.testing.source_contract import SourceContract
from orchestrator.sdk.testing.step_contract import StepContract
from orchestrator.sdk.testing.transport import FakeTransport

__all__ = [
    "Behaviour",
    "ConditionContract",
    "Conformance",
    "Contract",
    "Delivery",
    "FakeTransport",
    "FilterContract",
    "Gateway",
    "ProviderContract",
    "RecommenderContract",
    "SourceContract",
    "StepContract",
    "Verdict",
    "conformance",
    "make_message",
    "make_messages",
    "text_of",
]
