"""The matrix of very many movers: numbers of a sample, each with how far it may be off; who is in it now is counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.segments.lists import make_list
from orchestrator.segments.models import Segment
from orchestrator.segments.moves import ELSEWHERE, Moves
from orchestrator.studio import movement

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_each_number_says_how_far_it_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (make_list(key, key, NOW) for key in ("a", "b"))
    told = Moves(
        {(one, two): 41_237, (one, ELSEWHERE): 900},
        {one: 7_000, two: 0},
        {one: 7_000, two: 41_300},
        {(one, two): 3_000, (one, ELSEWHERE): 400, (one, one): 0, (two, two): 40, (two, one): 40},
    )
    monkeypatch.setattr(movement, "moves", lambda *asked: told)
    found = movement.read_matrix(list(Segment.objects.order_by("pk")), 7, NOW)
    assert found.exact is False
    first, second, nowhere = found.rows
    assert [cell for cell, _ in first.cells] == ["about 7,000 ± 0", "about 41,000 ± 3,000", "about 900 ± 400"]
    assert first.total == "about 49,000 ± 3,000"
    assert second.cells[0][0] == "about 0 ± 40"
    assert (nowhere.cells[2][0], nowhere.total) == ("", "")
    assert list(found.now) == ["7,000", "41,300", ""]
