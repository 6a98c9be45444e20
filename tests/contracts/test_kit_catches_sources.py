"""The kit is red where it must be: each source here breaks one rule on purpose."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from orchestrator.sdk import Connected, Fact, Request, Said, Source, SourceField, SourceFile
from orchestrator.sdk.testing import SourceContract, conformance
from orchestrator.sdk.testing.source_contract import NOW
from orchestrator_shops.woocommerce import WooCommerce
from tests.contracts.test_sources import TestWooCommerce as Woo

Facts = Sequence[Fact]
COUNT: list[int] = []


class WooContract(Woo):
    __test__ = False
    kind: ClassVar[type[Source]] = WooCommerce

    def make_source(self) -> Source:  # type: ignore[override]
        return self.kind()


def believes(self: Any, request: Request, connected: Connected) -> None:
    """Everybody."""


def reads_first(self: Any, request: Request, connected: Connected) -> None:
    json.loads(request.body)
    WooCommerce.verify(self, request, connected)


def newest_only(self: Any, request: Request, connected: Connected) -> None:
    WooCommerce.verify(self, request, replace(connected, secrets=connected.secrets[:1]))


def after(change: Any) -> dict[str, Any]:
    """Read honestly, and spoil it."""

    def read(self: Any, request: Request, connected: Connected) -> Facts:
        return list(map(change, WooCommerce.read(self, request, connected)))

    return {"read": read}


def unread(self: Any, request: Request, connected: Connected) -> Facts:
    return ()


def breaks(self: Any, request: Request, connected: Connected) -> Facts:
    json.loads(request.body)["id"]  # raises KeyError, TypeError
    return WooCommerce.read(self, request, connected)


def event(change: dict[str, Any]) -> dict[str, Any]:
    return after(lambda fact: replace(fact, **change) if hasattr(fact, "amount") else fact)


def counted(fact: Any) -> Any:
    COUNT.append(1)
    return replace(fact, key=f"{fact.key}-{len(COUNT)}") if hasattr(fact, "key") else fact


def clock(fact: Any) -> Any:
    time.time()
    return fact


def undated(fact: Any) -> Any:
    return replace(fact, occurred_at=NOW.replace(tzinfo=None)) if hasattr(fact, "amount") else fact


def consent(fact: Any) -> Any:
    return (
        Said(fact.who, "email", "perhaps", NOW, "x")
        if hasattr(fact, "who") and not hasattr(fact, "key")
        else fact
    )


TWICE = (
    SourceFile("a", "A", "A", (SourceField("x", "x"), SourceField("y", "y", ("x",))), lambda c, k: None),
)  # type: ignore[arg-type, return-value]
LIARS: dict[str, dict[str, Any]] = {
    "test_declares_a_name_a_title_and_whose_secret_it_is": {"secret": "nobody's"},
    "test_true_deliveries_are_read": {"read": unread},
    "test_a_wrong_signature_is_refused": {"verify": believes},
    "test_no_signature_is_refused": {"verify": believes},
    "test_a_changed_body_is_refused_or_the_secret_is_sent_as_it_is": {"verify": believes},
    "test_the_secret_before_a_rotation_is_good": {"verify": newest_only},
    "test_no_secret_lets_nobody_in": {"verify": believes},
    "test_the_signature_comes_first": {"verify": reads_first},
    "test_rubbish_is_nothing_or_a_value_error_in_words": {"read": breaks},
    "test_the_same_delivery_gives_the_same_facts": after(counted),
    "test_keys_are_those_of_one_thing": event({"key": "order"}),
    "test_the_prefix_stands_in_the_keys": event({"key": "order"}),
    "test_events_are_named_and_dated_and_of_somebody": after(undated),
    "test_money_is_exact": event({"amount": 1.5}),
    "test_consents_are_said_with_their_moment": after(consent),
    "test_reads_no_clock_no_file_and_no_network": after(clock),
    "test_files_are_declared": {"files": lambda self: TWICE},
}


@pytest.mark.parametrize("rule", LIARS)
def test_each_lie_is_caught(rule: str):
    kind = type("Liar", (WooCommerce,), LIARS[rule])
    found = conformance(type("Liars", (WooContract,), {"kind": kind}), [rule])
    assert list(found.broken) == [rule]


def test_a_replay_is_caught_where_the_time_is_signed():
    found = conformance(
        type("Liars", (WooContract,), {"replayable": False}),
        ["test_an_old_delivery_is_refused_where_its_time_is_signed"],
    )
    assert len(found.broken) == 1


def test_the_honest_one_conforms():
    assert conformance(WooContract).broken == {}
    assert issubclass(WooContract, SourceContract)
