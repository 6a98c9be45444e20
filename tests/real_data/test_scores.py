"""CDNOW's 23,570 customers, scored as of 39 weeks: RFM by another way, and the models' parameters as others find them.

The constants are what `lifetimes` 0.11.3 fits on the same histories (frequency, recency and T of days with orders, in
weeks, until 30 September 1997): BetaGeoFitter and GammaGammaFitter, without a penalizer. On the 2,357 customers that
the paper's authors drew from these, ours and theirs are r 0.2426, α 4.4135, a 0.7929, b 2.4258.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.events.imports import import_orders
from orchestrator.segments.models import Score, ScoreBasis
from orchestrator.segments.scoring.score import score, want

UNTIL = datetime(1997, 9, 30, 21, tzinfo=UTC)  # 23:00 in Warsaw
BUYING = (0.2516239591946289, 4.788942981014466, 0.7234335635993161, 2.161088298569323)
SPENDING = (6.27535907931992, 3.6244500202374783, 14.983686989832556)


@pytest.mark.slow
@pytest.mark.django_db
def test_cdnow_is_scored_as_others_score_it(cdnow: Path) -> None:
    import_orders(
        cdnow, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("Europe/Warsaw"), "USD", lambda count: None
    )
    want(UNTIL)
    while score(UNTIL):
        pass
    basis = ScoreBasis.objects.get()
    assert (basis.buyers, basis.fitted_on) == (23_570, 23_570)
    assert basis.parameters["buying"] == pytest.approx(BUYING, rel=1e-3)
    assert basis.parameters["spending"] == pytest.approx(SPENDING, rel=1e-3)
    names = ("customer__external_id", "recency", "frequency", "monetary", "net")
    rows = Score.objects.filter(orders__gt=0).select_related("customer").values_list(*names)
    ours = {row[0]: row[1:] for row in rows}
    assert ours == _rfm(cdnow)


def _rfm(path: Path) -> dict[str, tuple[int, int, int, Decimal]]:
    """From the file alone: each fifth by counting how many customers have less."""
    days: dict[str, set[date]] = defaultdict(set)
    net: dict[str, Decimal] = defaultdict(Decimal)
    for line in path.read_text().splitlines():
        parts = line.split()
        if len(parts) == 4 and parts[1].isdigit() and parts[1] <= "19970930":
            days[parts[0]].add(datetime.strptime(parts[1], "%Y%m%d").date())  # noqa: DTZ007
            net[parts[0]] += Decimal(parts[3])
    recency = _fifths({id_: max(mine) for id_, mine in days.items()})
    frequency = _fifths({id_: len(mine) for id_, mine in days.items()})
    monetary = _fifths(dict(net))
    return {id_: (recency[id_], frequency[id_], monetary[id_], net[id_]) for id_ in days}


def _fifths(values: dict[str, Any]) -> dict[str, int]:
    ordered = sorted(values.values())
    first = {}
    for place, value in enumerate(ordered):
        first.setdefault(value, place)  # how many have less
    ranks = [ceil(len(ordered) * fifth / 5) for fifth in range(1, 5)]
    return {id_: 1 + sum(first[value] >= rank for rank in ranks) for id_, value in values.items()}
