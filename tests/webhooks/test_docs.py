"""docs/webhooks.md says what the code does: kinds, examples, retries, and ten lines that verify."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from orchestrator.domain.outside import FIELDS, Kind
from orchestrator.domain.webhooks import ATTEMPTS, FAILING, JITTER, OVERLAP, WAITS
from orchestrator.webhooks.call import TIMEOUT
from orchestrator.webhooks.deliver import AT_ONCE, AT_ONCE_FAILING
from orchestrator.webhooks.listening import FRESH
from orchestrator.webhooks.signing import new_secret
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8").split("## The channel `webhook`")[0]


def block(language: str) -> str:
    [text] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def test_the_table_of_kinds_is_the_codes():
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert {kind: tuple(re.findall(r"`(\w+)`", said)) for kind, _when, said in rows} == {
        str(kind): fields for kind, fields in FIELDS.items()
    }
    assert [kind for kind, *_ in rows] == list(Kind)


def test_there_is_an_example_of_each_with_just_what_it_says():
    bodies = [json.loads(line) for line in block("jsonl").splitlines()]
    assert [one["type"] for one in bodies] == list(Kind)
    for one in bodies:
        assert set(one) == {"type", "timestamp", "data"}
        assert set(one["data"]) == {"customer", *FIELDS[Kind(one["type"])]}
        assert set(one["data"]["customer"]) == {"id", "external_id"}


def test_the_lines_that_verify_do():
    page = ModuleType("page")
    exec(compile(block("python"), "docs/webhooks.md", "exec"), page.__dict__)
    secret, body, at = new_secret(), '{"type":"segment.left"}', datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }
    assert page.hear(secret, headers, body) == {"type": "segment.left"}
    assert page.hear(secret, headers, body) is None
    with pytest.raises(WebhookVerificationError):
        page.hear(new_secret(), headers, body)


def test_its_numbers_are_the_codes():
    told = "5 seconds, 5 minutes, 30 minutes, 2 hours, 5, 10, 14, 20 and 24 hours"
    assert f"after {told}, each up to a fifth longer" in PAGE
    hours = [timedelta(hours=one) for one in (2, 5, 10, 14, 20, 24)]
    assert (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *hours) == WAITS
    assert (10, 5, timedelta(days=5), timedelta(hours=24)) == (ATTEMPTS, JITTER, FAILING, OVERLAP)
    assert sum(WAITS, timedelta()) * 1.2 + 10 * timedelta(seconds=TIMEOUT) < timedelta(days=4)
    assert (TIMEOUT, AT_ONCE, AT_ONCE_FAILING, FRESH) == (10.0, 10, 2, 5.0)
