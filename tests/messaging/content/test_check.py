"""What was in order is remembered, by all that the answer depends on; what was not is refused each time."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from orchestrator.messaging.content import check as module
from orchestrator.messaging.content.check import check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", OrderedDict())


def test_the_same_text_is_parsed_once_for_each_kind_of_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    plain = module._parse
    monkeypatch.setattr(module, "_parse", lambda env, text: (parsed.append(text), plain(env, text))[1])
    first = check(Sandbox(html=False), "{{ customer.first_name }}")
    assert check(Sandbox(html=False), "{{ customer.first_name }}") is first
    assert len(parsed) == 1
    assert check(Sandbox(html=True), "{{ customer.first_name }}") is not first
    assert len(parsed) == 2


def test_a_filter_that_has_gone_is_missed_though_the_text_was_in_order_before() -> None:
    text = "{{ customer.first_name|shout }}"
    assert check(Sandbox(html=False, filters={"shout": str.upper}), text).names == {"customer", "first_name"}
    for _ in range(2):
        with pytest.raises(TemplateFault, match="there is no filter 'shout'"):
            check(Sandbox(html=False), text)


def test_the_longest_unasked_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    environment = Sandbox(html=False)
    for text in ("a", "b", "a", "c"):
        check(environment, text)
    assert [place[-1] for place in module._known] == ["a", "c"]
