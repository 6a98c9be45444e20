"""A look answers every bell that was rung before it began, and no other."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from orchestrator.journeys import tasks
from orchestrator.store.doorbells import DELIVER, WALK


class Workshop:
    """A clock that goes while somebody looks, the looks, and the bells they ring themselves."""

    def __init__(self) -> None:
        self.now, self.lasts = 1_000.0, 0.0
        self.looks: list[float] = []
        self.rung: list[str] = []

    def look(self) -> None:
        self.looks.append(self.now)
        self.now += self.lasts

    def hear(self, task: str, rung_at: float | None) -> None:
        tasks._answer(task, None if rung_at is None else int(rung_at * 1000), self.look)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop()
    clock = SimpleNamespace(time=lambda: made.now, monotonic=lambda: made.now)
    monkeypatch.setattr(tasks, "time", clock)
    monkeypatch.setattr(tasks, "ring_now", made.rung.append)
    monkeypatch.setattr(tasks, "_looked_from", {})
    return made


def test_bells_rung_before_the_last_look_began_are_passed_over(workshop: Workshop) -> None:
    workshop.lasts = 3.0
    workshop.hear(WALK, 999.0)
    assert workshop.looks == [1_000.0]
    workshop.hear(WALK, 998.9)  # more than a second, by which clocks may differ, before the look
    assert workshop.looks == [1_000.0]
    for rung_at in (999.5, 1_002.5, None):  # each may tell of what the look before did not see
        workshop.hear(WALK, rung_at)
        workshop.hear(WALK, 998.0)
    assert (workshop.looks, workshop.rung) == ([1_000.0, 1_003.0, 1_006.0, 1_009.0], [])


def test_a_look_answers_bells_of_its_own_kind_only(workshop: Workshop) -> None:
    workshop.hear(WALK, 999.0)
    workshop.hear(DELIVER, 990.0)
    assert len(workshop.looks) == 2


def test_a_look_whose_time_ran_out_rings_for_what_it_left(workshop: Workshop) -> None:
    workshop.lasts = tasks.LONGEST + 0.1
    workshop.hear(DELIVER, 999.0)
    assert workshop.rung == [DELIVER]


def test_a_look_that_failed_has_answered_nobody(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        tasks._answer(WALK, 999_000, fails)
    workshop.hear(WALK, 990.0)
    assert workshop.looks == [1_000.0]
