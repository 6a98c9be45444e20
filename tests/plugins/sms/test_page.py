"""docs/sms.md: its settings are those that are read, its examples do what it says, its numbers are true."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import shlex
from pathlib import Path

import pytest

from orchestrator.domain.stop_words import is_stop
from orchestrator.messaging.content.sms import count_parts, transliterate
from orchestrator.sdk import (
    Accepted,
    Deferred,
    Provider,
    ReceiptKind,
    Rejected,
    Request,
    Response,
    Result,
)
from orchestrator.sdk.testing import FakeTransport, make_message
from orchestrator_sms import gateway, plugin, smsapi, twilio
from tests.plugins.sms import setups

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sms.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SMSAPI, TWILIO, WITH_JSON, IN_URL, WITH_FORM, WITH_REPORTS = BLOCKS
ANSWER = re.compile(r"^\| (\d{3}) `(.*)` \| (\w+)(?:, `(.*)`)? \|$", re.MULTILINE)


def variables(block: str) -> dict[str, str]:
    words = (shlex.split(line)[1] for line in block.splitlines())
    return dict(word.split("=", 1) for word in words)


def made(monkeypatch: pytest.MonkeyPatch, block: str) -> Provider:
    setups.set_up(monkeypatch, variables(block))
    [provider] = plugin.register_providers()
    return provider


def section(title: str) -> str:
    found = re.search(rf"^##+ {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_table_of_settings_is_what_the_plugin_reads():
    read = {*smsapi.VARIABLES, *twilio.VARIABLES, *gateway.VARIABLES}
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", section("Settings"), re.MULTILINE)) == sorted(read)
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "orchestrator_sms").rglob("*.py")
    )
    named = set(re.findall(r'"((?:SMSAPI|TWILIO|SMS_GATEWAY)_[A-Z_]+)"', sources))
    assert named == read


@pytest.mark.parametrize(
    ("block", "name"), [(SMSAPI, "smsapi"), (TWILIO, "twilio"), (WITH_JSON, "sms_gateway")]
)
def test_the_examples_switch_a_provider_on(monkeypatch: pytest.MonkeyPatch, block: str, name: str):
    assert made(monkeypatch, block).name == name


def test_the_classes_are_those_of_the_table(monkeypatch: pytest.MonkeyPatch):
    assert str(made(monkeypatch, SMSAPI).idempotent) == "1 day, 0:00:00"
    assert made(monkeypatch, TWILIO).idempotent is None
    assert str(made(monkeypatch, WITH_JSON).idempotent) == "2 days, 0:00:00"
    assert made(monkeypatch, WITH_FORM).idempotent is None


def said(result: Result) -> tuple[str, str]:
    """A result in the words of the page."""
    if isinstance(result, Accepted):
        return "accepted", result.reference
    if isinstance(result, Rejected):
        return "rejected", result.reason.value
    return ("deferred" if isinstance(result, Deferred) else "unknown"), ""


@pytest.mark.parametrize(("block", "count"), [(WITH_JSON, 5), (IN_URL, 4), (WITH_FORM, 2)])
def test_each_answer_means_what_the_page_says(monkeypatch: pytest.MonkeyPatch, block: str, count: int):
    provider = made(monkeypatch, block)
    rows = ANSWER.findall(PAGE[PAGE.index(block) :].split("```", 2)[1])
    assert len(rows) == count
    for status, body, kind, detail in rows:
        transport = FakeTransport(Response(int(status), {}, body.encode()))
        [result] = asyncio.run(provider.send((make_message("sms"),), transport))
        assert said(result) == (kind, detail)


def test_the_example_of_reports_is_read(monkeypatch: pytest.MonkeyPatch):
    provider = made(monkeypatch, WITH_REPORTS)
    block = re.search(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    body = block[1].encode()
    secret = variables(WITH_REPORTS)["SMS_GATEWAY_REPORT_SECRET"].encode()
    headers = {"x-signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}
    request = Request("POST", "https://shop.example/hooks/sms_gateway/", headers, body)
    delivered, reply = provider.parse_receipts(request)
    assert (delivered.kind, delivered.message_key) == (ReceiptKind.DELIVERED, "0123456789abcdef" * 2)
    assert (reply.kind, reply.recipient, reply.detail) == (ReceiptKind.REPLIED, "+48600000001", "STOP")
    assert delivered.occurred_at == reply.occurred_at


def test_the_placeholders_are_those_of_the_table():
    assert re.findall(r"^\| `\{(\w+)\}` \|", PAGE, re.MULTILINE) == list(gateway.template.NAMES)


def test_the_stop_words_stop():
    named = re.search(r"a stop word withdraws: (.+?) and a few", section("Stop words"), re.DOTALL)
    assert named is not None
    words = re.findall(r"\w+", named[1])
    assert len(words) == 8
    assert all(is_stop(word) for word in words)
    assert not is_stop("Nie wiem, czy przyjdę")


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("| `Zażółć gęślą jaźń` | 1 | 1, `Zazolc gesla jazn` |", "Zażółć gęślą jaźń"),
        ("| 100 letters, all of them in GSM-7 | 1 | 1 |", "a" * 100),
        ("| 100 letters, an `ó` among them | 2 | 1 |", "ó" + "a" * 99),
        ("| 161 letters, a `„` among them | 3 | 2 |", "„" + "a" * 160),
    ],
)
def test_texts_cost_what_the_page_says(row: str, text: str):
    assert row in PAGE
    before, after = re.findall(r"\| (\d)", row.split("|", 2)[2].join("||"))
    assert (count_parts(text), count_parts(transliterate(text))) == (int(before), int(after))
