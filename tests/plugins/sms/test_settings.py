"""Settings: nothing set is off; what is wrong is named with how to mend it, and no value of it is repeated."""

from __future__ import annotations

import json
import logging

import pytest

from orchestrator.sdk import PluginError, Provider
from orchestrator_sms import plugin
from tests.plugins.sms import setups
from tests.plugins.sms.fakes import SID


def found(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> list[Provider]:
    setups.set_up(monkeypatch, variables)
    return list(plugin.register_providers())


def test_nothing_is_on_by_itself(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="orchestrator_sms"):
        assert found(monkeypatch, {"PUBLIC_URL": setups.PUBLIC}) == []
    assert caplog.messages == ["No SMS provider has its settings: text messages go to the built-in mailbox."]


def test_each_is_switched_on_by_its_own_variables(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    alone = [found(monkeypatch, one)[0].name for one in (setups.SMSAPI, setups.TWILIO, setups.GATEWAY)]
    assert alone == ["smsapi", "twilio", "sms_gateway"]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="orchestrator_sms"):
        together = found(monkeypatch, setups.SMSAPI | setups.TWILIO | setups.GATEWAY)
    assert [provider.name for provider in together] == ["smsapi", "twilio", "sms_gateway"]
    assert caplog.messages == ["Text messages leave through smsapi, twilio, sms_gateway."]


def test_no_credential_is_shown(monkeypatch: pytest.MonkeyPatch):
    variables = setups.SMSAPI | setups.TWILIO | setups.GATEWAY | {"PUBLIC_URL": setups.PUBLIC}
    providers = found(monkeypatch, variables)
    shown = " ".join(f"{provider!r} {vars(provider)!r}" for provider in providers)
    for credential in (setups.SECRET, "smsapi-token", "twilio-token", "gateway-token"):
        assert credential not in shown


def test_a_gateway_promises_what_its_setting_says(monkeypatch: pytest.MonkeyPatch):
    [kept] = found(monkeypatch, setups.GATEWAY)
    [forgotten] = found(monkeypatch, setups.GATEWAY | {"SMS_GATEWAY_IDEMPOTENT_HOURS": "0"})
    assert str(kept.idempotent) == "2 days, 0:00:00"
    assert forgotten.idempotent is None


SENDER = "Write a number like +48732123456, a short code, a name, or the SID of a messaging service (MG…)."
CONSOLE = "It stands on the first page of the Twilio console."
TOKENS = "Make one in the SMSAPI panel under API settings, Tokens."
LONG = "Use 16 or more letters and digits, for example those of `openssl rand -hex 20`."


@pytest.mark.parametrize(
    ("variables", "what", "mend"),
    [
        ({"SMSAPI_SENDER": "Shop"}, "SMSAPI_TOKEN: it is missing.", TOKENS),
        (
            {"SMSAPI_TOKEN": "s3cret s3cret"},
            "SMSAPI_TOKEN: it holds a space or a sign that no header can carry.",
            TOKENS,
        ),
        (
            {"SMSAPI_TOKEN": "t", "SMSAPI_CALLBACK_SECRET": "s3cret"},
            "SMSAPI_CALLBACK_SECRET: it is too short, or holds a sign that would change in a URL.",
            LONG,
        ),
        (
            {"SMSAPI_TOKEN": "t", "SMSAPI_CALLBACK_SECRET": "s3cret&s3cret&s3cret"},
            "SMSAPI_CALLBACK_SECRET: it is too short, or holds a sign that would change in a URL.",
            LONG,
        ),
        (
            {"SMSAPI_TOKEN": "t", "SMSAPI_URL": "api.smsapi.com"},
            "SMSAPI_URL: it is not an address that begins with https:// or http://.",
            "Write it like https://api.smsapi.pl.",
        ),
        (
            {"SMSAPI_TOKEN": "t", "SMSAPI_URL": "https://u:s3cret@api.smsapi.com"},
            "SMSAPI_URL: it holds a user or password, which logs would show.",
            "Send them in a header instead.",
        ),
        (
            {"SMSAPI_TOKEN": "t", "SMSAPI_URL": "http://api.smsapi.com"},
            "SMSAPI_URL: it would send the account's credentials unprotected.",
            "Begin it with https://.",
        ),
        ({"TWILIO_AUTH_TOKEN": "s3cret"}, "TWILIO_ACCOUNT_SID: it is missing.", CONSOLE),
        (
            {"TWILIO_ACCOUNT_SID": "s3cret"},
            "TWILIO_ACCOUNT_SID: it is not AC and 32 hexadecimal digits.",
            CONSOLE,
        ),
        ({"TWILIO_ACCOUNT_SID": SID}, "TWILIO_AUTH_TOKEN: it is missing.", CONSOLE),
        ({"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "s3cret"}, "TWILIO_FROM: it is missing.", SENDER),
        (setups.TWILIO | {"TWILIO_FROM": "732 123 456"}, "TWILIO_FROM: nothing can be sent from it.", SENDER),
        (
            setups.TWILIO | {"TWILIO_FROM": "Palarnia Filizanka"},
            "TWILIO_FROM: nothing can be sent from it.",
            SENDER,
        ),
        (
            setups.TWILIO | {"TWILIO_URL": "https://[::1"},
            "TWILIO_URL: it is not an address that begins with https:// or http://.",
            "Write it like https://api.twilio.com.",
        ),
    ],
)
def test_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], what: str, mend: str
):
    with pytest.raises(PluginError) as raised:
        found(monkeypatch, variables)
    assert (raised.value.plugin, raised.value.what, raised.value.mend) == ("orchestrator_sms", what, mend)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("URL", "", "it is not an address that begins with https:// or http://."),
        ("URL", "https://{to}.example/", "a message cannot choose the host."),
        ("URL", "https://g.example/{who}", "{who} cannot stand there."),
        ("METHOD", "PATCH", "it is not known."),
        ("FORMAT", "xml", "it is not known."),
        ("BODY", '{"to": "{to}",}', "it is not JSON at sign 15."),
        ("BODY", '"{to}"', "it is neither an object nor a list."),
        ("BODY", '{"to": "{to}"}', "the number or the text of the message is nowhere in the request."),
        ("BODY", '{"to": "{to}", "text": "{body}"}', "{body} cannot stand there."),
        ("HEADERS", "[]", "it is not an object of names and texts."),
        ("HEADERS", '{"X": 1}', "it is not an object of names and texts."),
        ("HEADERS", '{"X": "a\\nb"}', "a header holds a sign that no header can carry."),
        ("HEADERS", '{"X-Text": "{text}"}', "{text} cannot stand there."),
        ("ACCEPTED", "", "it must say how the gateway says yes."),
        ("ACCEPTED", "ok", "«ok» is not a status, a field and its values."),
        ("ACCEPTED", "200 status=", "«200 status=» is not a status, a field and its values."),
        ("IDEMPOTENT_HOURS", "a day", "it is not a whole number of hours."),
        ("REPORT_SECRET", "", "reports are read only where they prove who sends them."),
        ("REPORT_SECRET", "short", "it is too short, or holds a sign that would change in a URL."),
        ("REPORT_SIGNATURE", "x-signature:md5", "it cannot be read."),
        ("REPORTS", "{", "it is not JSON."),
        ("REPORTS", "[]", "it is not an object."),
        ("REPORTS", '{"statuses": "x"}', "«statuses» is not known."),
        ("REPORTS", '{"key": 7}', "a place is not a text."),
        ("REPORTS", '{"key": "id", "status": "s", "kinds": {"1": "seen"}}', "kinds holds what is not known."),
        ("REPORTS", '{"key": "id", "status": "s", "kinds": []}', "kinds holds what is not known."),
        ("REPORTS", '{"key": "id", "status": "s", "kinds": {"1": []}}', "kinds holds what is not known."),
        ("REPORTS", '{"key": "id"}', "neither a status with its kinds nor a text is named."),
        ("REPORTS", '{"text": "msg"}', "nothing says whose report it is."),
    ],
)
def test_a_wrong_setting_of_the_gateway_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
):
    with pytest.raises(PluginError) as raised:
        found(monkeypatch, setups.GATEWAY | {f"SMS_GATEWAY_{name}": value})
    assert raised.value.what == f"SMS_GATEWAY_{name}: {what}"
    assert raised.value.mend != ""


def test_a_reason_that_is_none_is_told_with_those_there_are(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PluginError) as raised:
        found(monkeypatch, setups.GATEWAY | {"SMS_GATEWAY_REJECTED": "400 -> because"})
    known = "invalid_address, blocked, unsubscribed, spam, too_large, not_allowed, other"
    assert raised.value.what == f"SMS_GATEWAY_REJECTED: «because» is not one of {known}."
    assert raised.value.mend == "For example `200 status=queued|sent; 202 id`."


def test_a_get_has_no_body(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PluginError) as raised:
        found(monkeypatch, setups.GATEWAY | {"SMS_GATEWAY_METHOD": "GET"})
    assert raised.value.what == "SMS_GATEWAY_BODY: a GET has no body."
    assert raised.value.mend == "Put the placeholders into SMS_GATEWAY_URL."


def test_hours_without_a_key_in_the_request_promise_what_nobody_keeps(monkeypatch: pytest.MonkeyPatch):
    keyless = {
        "SMS_GATEWAY_HEADERS": "{}",
        "SMS_GATEWAY_BODY": json.dumps({"to": "{to}", "text": "{text}"}),
    }
    with pytest.raises(
        PluginError, match="SMS_GATEWAY_IDEMPOTENT_HOURS: the gateway gets no key to remember"
    ):
        found(monkeypatch, setups.GATEWAY | keyless)


def test_a_form_needs_names(monkeypatch: pytest.MonkeyPatch):
    listed = {"SMS_GATEWAY_BODY": '["{to}", "{text}", "{key}"]', "SMS_GATEWAY_FORMAT": "form"}
    with pytest.raises(PluginError, match="SMS_GATEWAY_BODY: a form is an object of names and texts"):
        found(monkeypatch, setups.GATEWAY | listed)
