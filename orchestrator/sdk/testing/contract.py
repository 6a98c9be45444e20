"""What every provider must keep to, as tests to inherit.

    class TestAcmeSms(ProviderContract):
        def make_provider(self): return AcmeSms("https://sms.acme.example", "token")
        def answer(self, request): ...      # what the true gateway answers, with self.gateway as its memory

A provider that does not speak HTTP overrides `behave` and `transmitted` instead of `answer`.
"""

from __future__ import annotations

from orchestrator.sdk.testing.failures import FailureRules
from orchestrator.sdk.testing.keys import KeyRules
from orchestrator.sdk.testing.people import PeopleRules
from orchestrator.sdk.testing.receipts import ReceiptRules
from orchestrator.sdk.testing.results import ResultRules


class ProviderContract(ResultRules, FailureRules, KeyRules, ReceiptRules, PeopleRules):
    """All rules. Inherit it, write `make_provider` and `answer`, and pytest does the rest."""
