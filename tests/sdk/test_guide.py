"""The plugin author's guide: its examples run, its tables name what there is, its numbers are true."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import inspect
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from orchestrator import sdk
from orchestrator.sdk import Accepted, Receipt, ReceiptKind, Request, SignatureInvalid, hookspecs, testing
from orchestrator.sdk.testing import Contract, FakeTransport, ProviderContract, conformance, make_messages
from orchestrator.sdk.testing.factories import COMPOSED_AT

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "orchestrator" / "sdk" / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "acme_sms"
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
PROVIDER, CONTRACT, BLOCKING, RECEIPTS, *OTHERS = BLOCKS


def execute(source: str, name: str) -> ModuleType:
    """Run a block of the guide as a module of that name."""
    module = ModuleType(name)
    exec(compile(source, f"README.md: {name}", "exec"), module.__dict__)
    return module


def first_column(title: str) -> list[str]:
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(r"^\| (?:raise )?`(\w+)", section[1], re.MULTILINE)


@pytest.fixture
def contract(monkeypatch: pytest.MonkeyPatch) -> type[ProviderContract]:
    """The guide's provider and its contract, both as the page has them."""
    monkeypatch.setitem(sys.modules, "acme_sms", execute(PROVIDER, "acme_sms"))
    written: type[ProviderContract] = execute(CONTRACT, "test_acme_sms").TestAcmeSms
    return written


def test_the_first_example_conforms_as_the_page_says(contract: type[ProviderContract]):
    found = conformance(contract)
    assert found.broken == {}
    assert f"TestAcmeSms {found} ({len(found.not_applicable)} not applicable)" in GUIDE


@pytest.mark.parametrize("file", ["acme_sms.py", "tests/test_acme_sms.py", "pyproject.toml"])
def test_the_page_shows_the_files_of_the_example(file: str):
    language = "toml" if file.endswith("toml") else "python"
    assert f"```{language}\n{(EXAMPLE / file).read_text(encoding='utf-8')}```\n" in GUIDE


def test_the_first_example_is_as_short_as_its_heading_says():
    heading = re.search(r"^## A channel provider in (\d+) lines$", GUIDE, re.MULTILINE)
    assert heading is not None
    assert len(PROVIDER.splitlines()) <= int(heading[1]) == 35


def test_the_blocking_example_sends_in_a_thread():
    class Library:
        pushed: list[tuple[str, str, str]] = []

        def push(self, *what: str) -> str:
            self.pushed.append(what)  # type: ignore[arg-type]
            return f"id-{len(self.pushed)}"

    pager = execute(BLOCKING, "pager").Pager(Library())
    messages = make_messages("push", 1)
    assert asyncio.run(pager.send(messages, FakeTransport())) == [Accepted("id-1")]
    assert Library.pushed == [(messages[0].recipient, "The Shop", "Good morning, this is message 1.")]


def test_the_contract_fails_the_blocking_example_as_the_page_says():
    class Unreachable:
        def push(self, *what: str) -> str:
            raise OSError

    pager = execute(BLOCKING, "pager").Pager
    hooks: dict[str, Any] = {"make_provider": lambda self: pager(Unreachable()), "behave": lambda *_: None}
    broken = conformance(type("PagerContract", (ProviderContract,), hooks)).broken
    assert broken["test_unreachable_is_provider_unavailable"] == (
        "send raised OSError: it may raise ProviderUnavailable and nothing else."
    )


@pytest.fixture
def parse() -> Callable[[Request], list[Receipt]]:
    function = execute(RECEIPTS, "receipts").parse_receipts
    provider = type("Signed", (), {"secret": b"secret", "parse_receipts": function})()
    read: Callable[[Request], list[Receipt]] = provider.parse_receipts
    return read


def signed(body: bytes, secret: bytes = b"secret") -> Request:
    return Request("POST", "/", {"x-signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}, body)


def test_the_receipts_example_reads_true_reports(parse: Callable[[Request], list[Receipt]]):
    reports = [
        {"id": "r1", "status": "undeliverable", "at": COMPOSED_AT.isoformat(), "message": "a" * 32},
        {"id": "r2", "status": "seen_by_nobody", "at": COMPOSED_AT.isoformat(), "message": "b" * 32},
    ]
    assert parse(signed(json.dumps(reports).encode())) == [
        Receipt("r1", ReceiptKind.BOUNCED, COMPOSED_AT, message_key="a" * 32)
    ]


@pytest.mark.parametrize(
    "request_",
    [signed(b"[]", b"other"), Request("POST", "/", {}, b"[]"), Request("POST", "/", {}, b"not JSON")],
)
def test_the_receipts_example_refuses_forgeries(parse: Callable[[Request], list[Receipt]], request_: Request):
    with pytest.raises(SignatureInvalid):
        parse(request_)


@pytest.mark.parametrize(
    ("number", "contract"),
    list(enumerate(["TestCoffee", "TestRegular", "TestInitials", "TestNewest", "TestAcmeShop"])),
)
def test_the_examples_of_the_other_kinds_conform(number: int, contract: str, monkeypatch: pytest.MonkeyPatch):
    name = f"guide_{number}"
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(OTHERS[number], name, "exec"), module.__dict__)
    found = conformance(getattr(module, contract))
    assert found.broken == {}
    assert len(found.kept) >= 10


def test_the_table_of_checks_counts_the_checks():
    told = dict(re.findall(r"^\| `(\w+Contract)` \| (\d+) \|", GUIDE, re.MULTILINE))
    contracts = {name: getattr(testing, name) for name in testing.__all__ if name.endswith("Contract")}
    counts = {
        name: str(len([rule for rule in dir(contract) if rule.startswith("test_")]))
        for name, contract in contracts.items()
        if contract is not Contract
    }
    assert told == counts


def test_the_table_of_hooks_is_the_list_of_hooks():
    hooks = [
        name
        for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
        if hasattr(function, f"{hookspecs.PROJECT}_spec")
    ]
    assert len(hooks) == 11
    assert sorted(first_column("All hooks")) == sorted(hooks)


def test_the_table_of_answers_is_the_list_of_results():
    results = [kind.__name__ for kind in sdk.Result.__args__]
    assert sorted(first_column("What to answer")) == sorted([*results, "ProviderUnavailable"])


def test_the_reasons_that_suppress_are_those_the_page_names():
    named = re.search(r"`INVALID_ADDRESS` and `UNSUBSCRIBED` suppress", GUIDE)
    assert named is not None
    assert {reason.name for reason in sdk.RejectReason if reason.suppresses} == {
        "INVALID_ADDRESS",
        "UNSUBSCRIBED",
    }


def test_what_the_page_imports_is_public():
    names = {
        name.strip()
        for line in re.findall(r"from orchestrator\.sdk import (.+)", GUIDE)
        for name in line.split(",")
    }
    assert names <= set(sdk.__all__)
    assert set(re.findall(r"\bsdk\.([A-Za-z_]\w+)", "\n".join(BLOCKS))) <= set(sdk.__all__) | {"testing"}


def test_what_the_engine_does_not_call_yet_is_owned_up_to():
    """Whoever wires one of these takes its name off the page."""
    house = [path for path in (ROOT / "orchestrator").rglob("*.py") if "sdk" not in path.parts]
    engine = "\n".join(path.read_text(encoding="utf-8") for path in house)
    sentence = re.search(r"^Not called by the engine yet: (.+?)\.", GUIDE, re.MULTILINE)
    named = re.findall(r"`(\w+)`", sentence[1]) if sentence else []
    assert named == [hook for hook in ("look_up", "parse_receipts", "recommend") if f".{hook}(" not in engine]
