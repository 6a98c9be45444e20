"""The contract kit: inherit `ProviderContract`, and pytest tells you whether your provider keeps its word."""

from orchestrator.sdk.testing.conformance import Conformance, conformance
from orchestrator.sdk.testing.contract import ProviderContract
from orchestrator.sdk.testing.factories import make_message, make_messages, text_of
from orchestrator.sdk.testing.gateway import Behaviour, Delivery, Gateway, Verdict
from orchestrator.sdk.testing.transport import FakeTransport

__all__ = [
    "Behaviour",
    "Conformance",
    "Delivery",
    "FakeTransport",
    "Gateway",
    "ProviderContract",
    "Verdict",
    "conformance",
    "make_message",
    "make_messages",
    "text_of",
]
