"""What all reports have in common: moments, and the word that is read back."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestrator.sdk import Provider, Response
from orchestrator_sms import gateway
from orchestrator_sms.incoming import NO_TIME, moment_of
from tests.plugins.sms import setups
from tests.plugins.sms.conftest import Made
from tests.plugins.sms.setups import (
    AT,
    UNIX,
)


def test_each_reads_back_what_it_wants_to(from_smsapi: Provider, from_twilio: Provider, make: Made):
    """Twilio would send a plain word to the person who wrote."""
    assert (from_smsapi.receipt_answer.status, from_smsapi.receipt_answer.body) == (200, b"OK")
    xml = {"content-type": "text/xml"}
    assert from_twilio.receipt_answer == Response(200, xml, b"<Response/>")
    plain = make(gateway.from_environment, setups.GATEWAY)
    wordy = make(gateway.from_environment, setups.GATEWAY | {"SMS_GATEWAY_REPORT_ANSWER": "ACK/Jasmin"})
    assert (plain.receipt_answer.body, wordy.receipt_answer.body) == (b"OK", b"ACK/Jasmin")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (UNIX, AT),
        (UNIX + "000", AT),
        ("2026-03-14T09:26:53", AT),
        ("2026-03-14 10:26:53+01:00", AT),
        ("2026-03-14T09:26:53Z", AT),
        ("", NO_TIME),
        ("yesterday", NO_TIME),
        ("99999999999999999999", NO_TIME),
    ],
)
def test_moments(written: str, moment: datetime):
    assert moment_of(written) == moment
