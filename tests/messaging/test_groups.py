"""GROUPS: as many are gated together as can be handed off while the gate's word is fresh, and a part at least."""

from __future__ import annotations

import pytest

from orchestrator.domain.outbox import Settle
from orchestrator.messaging.groups import Pace, groups, part_size
from tests.messaging.conftest import Outbox


@pytest.mark.parametrize(
    ("part", "messages", "seconds", "room"),
    [
        (50, 0, 0.0, 50),  # nothing is known of a provider that has been given nothing
        (1, 0, 0.0, 50),
        (400, 0, 0.0, 400),
        (50, 50, 0.0, 500),
        (50, 100, 0.2, 500),
        (50, 100, 0.5, 200),
        (50, 50, 2.5, 50),  # 20 would be in time: a part is handed off as a whole all the same
        (1, 20, 1.0, 20),
        (1, 1, 30.0, 1),
        (2000, 2000, 1.0, 2000),
    ],
)
def test_a_slow_provider_is_gated_in_smaller_groups(part: int, messages: int, seconds: float, room: int):
    pace = Pace()
    pace.took("other", 10, 10.0)
    pace.took("smtp", messages, seconds)
    assert pace.room("smtp", part) == room


@pytest.mark.parametrize(
    ("promise", "most_once", "least_once"), [("I", 100, 100), ("Q", 100, 100), ("N", 50, 1)]
)
def test_only_a_class_n_provider_is_given_less_than_it_takes(
    outbox: Outbox, promise: str, most_once: int, least_once: int
):
    provider = outbox.world.provider(promise=promise)
    provider.max_batch = 100
    assert part_size(provider.name, Settle.AT_MOST_ONCE) == most_once
    assert part_size(provider.name, Settle.AT_LEAST_ONCE) == least_once
    provider.max_batch = 4
    assert part_size(provider.name, Settle.AT_MOST_ONCE) == 4


def test_a_group_is_cut_when_its_turn_has_come(outbox: Outbox):
    provider = outbox.world.provider(promise="N")
    outbox.plan("anna", "bela", "cleo", "dora")
    pace = Pace()
    pace.took(provider.name, 1, 0.5)
    cut = groups(outbox.prepare(), pace)
    first = next(cut)
    pace.took(provider.name, 2, 2.0)
    second, third = cut
    assert [len(one.members) for one in (first, second, third)] == [2, 1, 1]
    assert {(one.provider, one.part) for one in (first, second, third)} == {(provider.name, 1)}
