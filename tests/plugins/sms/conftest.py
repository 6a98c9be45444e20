"""The three providers as the environment makes them, and what refusing looks like."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.sdk import Provider
from orchestrator_sms import gateway, smsapi, twilio
from tests.plugins.sms import setups

Made = Callable[..., Provider]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Makes a provider of its variables."""

    def make(read: Callable[[], Provider | None], variables: dict[str, str]) -> Provider:
        setups.set_up(monkeypatch, variables)
        provider = read()
        assert provider is not None
        return provider

    return make


@pytest.fixture
def from_smsapi(make: Made) -> Provider:
    return make(smsapi.from_environment, setups.SMSAPI)


@pytest.fixture
def from_twilio(make: Made) -> Provider:
    return make(twilio.from_environment, setups.TWILIO)


@pytest.fixture
def from_gateway(make: Made) -> Provider:
    return make(gateway.from_environment, setups.GATEWAY)
