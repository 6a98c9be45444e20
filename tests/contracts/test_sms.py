"""The contract, kept by the three providers of text messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.sdk import Provider, Request, Response, SignatureInvalid
from orchestrator.sdk.testing import ProviderContract
from orchestrator_sms import gateway, smsapi, twilio
from tests.plugins.sms import setups
from tests.plugins.sms.fakes import FakeGateway, FakeSmsapi, FakeTwilio

PUBLIC_URL = {"PUBLIC_URL": setups.PUBLIC}


def made(read: object, variables: dict[str, str]) -> Provider:
    """The provider that the environment makes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        setups.set_up(monkeypatch, variables | PUBLIC_URL)
        provider = read()  # type: ignore[operator]
    assert isinstance(provider, Provider)
    return provider


class TestSmsapi(ProviderContract):
    def make_provider(self) -> Provider:
        return made(smsapi.from_environment, setups.SMSAPI)

    def answer(self, request: Request) -> Response:
        return FakeSmsapi(self.gateway)(request)

    def signed_receipt(self) -> Request:
        fields = {"MsgId": "5CCA6E1133700001", "status": "404", "donedate": "1773480413", "idx": "0" * 32}
        return setups.smsapi_report(fields)

    def test_forged_receipts_are_refused(self) -> None:
        """SMSAPI signs nothing and sends no header of its own, so all that can be forged is the secret in the URL."""
        provider, true = self.make_provider(), self.signed_receipt()
        url = true.url
        for forged in (
            url.replace(setups.SECRET, setups.SECRET[:-1] + "8"),
            url.replace(setups.SECRET, ""),
            url.replace("secret=", "Secret="),
            url.split("?", maxsplit=1)[0],
            f"{url}&secret={setups.SECRET}",
        ):
            with pytest.raises(SignatureInvalid):
                provider.parse_receipts(replace(true, url=forged))


class TestTwilio(ProviderContract):
    def make_provider(self) -> Provider:
        return made(twilio.from_environment, setups.TWILIO)

    def answer(self, request: Request) -> Response:
        return FakeTwilio(self.gateway)(request)

    def signed_receipt(self) -> Request:
        fields = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "To": "+48600000001"}
        return setups.twilio_request(fields, "key=" + "a" * 32)


class TestSmsGateway(ProviderContract):
    def make_provider(self) -> Provider:
        return made(gateway.from_environment, setups.GATEWAY)

    def answer(self, request: Request) -> Response:
        return FakeGateway(self.gateway)(request)

    def signed_receipt(self) -> Request:
        report = {"event_id": "e-1", "client_id": "b" * 32, "message_id": "m-1", "state": "DELIVRD"}
        return setups.gateway_report({"events": [report]})
